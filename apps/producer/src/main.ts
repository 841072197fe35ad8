import { runApp } from '@millrace/service'
import { configSchema } from './config.ts'
import { produce } from './produce.ts'

await runApp('producer', configSchema, produce)
