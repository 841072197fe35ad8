import {
  createLogger,
  loadConfig,
  publicConfig,
  runService,
  startTelemetry,
} from '@millrace/service'
import { configSchema } from './config.ts'
import { aggregate } from './aggregate.ts'

const app = 'aggregator'
const logger = createLogger({ app, level: 'info' })

const exitCode = await runService({
  name: app,
  logger,
  process,
  main: async (signals) => {
    const config = loadConfig(app, configSchema, process.env)
    logger.level = config.MILLRACE_LOG_LEVEL
    logger.info({ config: publicConfig(config) }, 'service started')
    await using telemetry = await startTelemetry(app, config)
    await aggregate(config, logger, signals, telemetry)
  },
})
process.exit(exitCode)
