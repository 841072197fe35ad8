export { type AwsService, awsSettings, endpointUrlOf } from './aws-settings.ts'
export { ConfigError, type ConfigProblem } from './config-error.ts'
export { createHealth, type Health, type HealthOptions, type HealthReport } from './health.ts'
export { loadConfig } from './load-config.ts'
export { createLogger, LOG_LEVELS, type LogLevel } from './logger.ts'
export {
  EXIT,
  type ProcessLike,
  runService,
  type ServiceOptions,
  type ServiceSignals,
} from './run-service.ts'
export { publicConfig } from './secrets.ts'
export { type HealthServer, serveHealth } from './serve-health.ts'
export type { Logger } from 'pino'
