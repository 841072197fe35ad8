export { type AwsService, awsSettings, endpointUrlOf } from './config/aws-settings.ts'
export { ConfigError, type ConfigProblem } from './config/config-error.ts'
export { createHealth, type Health, type HealthOptions, type HealthReport } from './run/health.ts'
export { loadConfig } from './config/load-config.ts'
export { type TracedMessage, processSpan, publishSpan } from './telemetry/message-span.ts'
export { type Metrics, noMetrics } from './telemetry/metrics.ts'
export { createLogger, type LogLevel } from './log/logger.ts'
export { runApp } from './run/run-app.ts'
export {
  EXIT,
  type ProcessLike,
  runService,
  type ServiceOptions,
  type ServiceSignals,
} from './run/run-service.ts'
export { type HealthServer, serveHealth } from './run/serve-health.ts'
export {
  noTelemetry,
  startTelemetry,
  type Telemetry,
  type TelemetryConfig,
  telemetrySettings,
} from './telemetry/telemetry.ts'
export type { Span, Tracer } from './telemetry/tracer.ts'
export { version } from './config/version.ts'
export { healthSettings, watchService } from './run/watch-service.ts'
export { watchLag } from './run/watch-worker.ts'
export type { Logger } from 'pino'
export { protectTask, type TaskProtectionOptions } from './run/task-protection.ts'
export { checkTransport, invocationSettings } from './config/invocation-settings.ts'
export { proxySettings } from './config/proxy-settings.ts'
export { uriList } from './config/uri-list.ts'
export { workerSettings } from './config/worker-settings.ts'
