export { type AwsService, awsSettings, endpointUrlOf } from './aws-settings.ts'
export { ConfigError, type ConfigProblem } from './config-error.ts'
export { createHealth, type Health, type HealthOptions, type HealthReport } from './health.ts'
export { loadConfig } from './load-config.ts'
export { type TracedMessage, processSpan, publishSpan } from './message-span.ts'
export { type Metrics, noMetrics } from './metrics.ts'
export { createLogger, type LogLevel } from './logger.ts'
export { runApp } from './run-app.ts'
export {
  EXIT,
  type ProcessLike,
  runService,
  type ServiceOptions,
  type ServiceSignals,
} from './run-service.ts'
export { type HealthServer, serveHealth } from './serve-health.ts'
export {
  noTelemetry,
  startTelemetry,
  type Telemetry,
  type TelemetryConfig,
  telemetrySettings,
} from './telemetry.ts'
export type { Span, Tracer } from './tracer.ts'
export { version } from './version.ts'
export { healthSettings, watchService } from './watch-service.ts'
export { watchLag } from './watch-worker.ts'
export type { Logger } from 'pino'
export { protectTask, type TaskProtectionOptions } from './task-protection.ts'
export { checkTransport, invocationSettings } from './invocation-settings.ts'
export { proxySettings } from './proxy-settings.ts'
export { workerSettings } from './worker-settings.ts'
