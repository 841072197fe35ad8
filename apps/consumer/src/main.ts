import { runApp } from '@millrace/service'
import { configSchema } from './config.ts'
import { consume } from './consume.ts'

await runApp('consumer', configSchema, consume)
