import process from 'node:process'
import type { MetricApp } from '@millrace/job'
import type { Logger } from 'pino'
import type { z } from 'zod'
import { loadConfig } from '../config/load-config.ts'
import { createLogger, type LogLevel } from '../log/logger.ts'
import { runService, type ServiceSignals } from './run-service.ts'
import { publicConfig } from '../log/secrets.ts'
import { startTelemetry, type Telemetry, type TelemetryConfig } from '../telemetry/telemetry.ts'

type AppConfig = TelemetryConfig & { readonly MILLRACE_LOG_LEVEL: LogLevel }

/**
 * Runs an app in this process, from its environment to its exit code: what its `main.ts` is.
 *
 * @param serve works until the signals end it.
 */
export async function runApp<S extends z.ZodObject>(
  app: MetricApp,
  schema: S & (z.output<S> extends AppConfig ? unknown : never),
  serve: (
    config: z.output<S>,
    logger: Logger,
    signals: ServiceSignals,
    telemetry: Telemetry,
  ) => Promise<void>,
): Promise<never> {
  const logger = createLogger({ app, level: 'info' })
  const exitCode = await runService({
    name: app,
    logger,
    process,
    main: async (signals) => {
      const config = loadConfig(app, schema, process.env)
      const settings = config as AppConfig
      logger.level = settings.MILLRACE_LOG_LEVEL
      logger.info({ config: publicConfig(config) }, 'service started')
      await using telemetry = await startTelemetry(app, settings)
      await serve(config, logger, signals, telemetry)
    },
  })
  process.exit(exitCode)
}
