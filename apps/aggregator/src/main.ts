import { runApp } from '@millrace/service'
import { configSchema } from './config.ts'
import { aggregate } from './aggregate.ts'

await runApp('aggregator', configSchema, aggregate)
