/*
 * `node tools/image/src/main.ts <app> <folder>` bundles an app, with the list of its packages and with what
 * Node has compiled of it: what the Dockerfile runs, and what one runs to look at a bundle.
 */
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { bundleProgram } from './bundle-program.ts'
import { warmCache } from './warm-cache.ts'

const APPS = ['producer', 'consumer', 'aggregator']

const [app = '', folder] = process.argv.slice(2)
if (!APPS.includes(app) || folder === undefined) {
  console.error(`usage: node tools/image/src/main.ts ${APPS.join('|')} <folder>`)
  process.exit(2)
}
const entry = fileURLToPath(import.meta.resolve(`@millrace/${app}`))
const main = await bundleProgram({ entry, folder, sbom: true })
await warmCache(main, join(folder, 'cache'))
console.log(main)
