/*
 * `node tools/bundle/src/bundle-app.ts <app> <folder>` bundles an app, with the list of its packages and with what
 * Node has compiled of it: what the Dockerfile runs, and what one runs to look at a bundle.
 */
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { bundlePrograms } from './bundle-programs.ts'
import { warmCache } from './warm-cache.ts'

const APPS = ['producer', 'consumer', 'aggregator']

const [app = '', folder] = process.argv.slice(2)
if (!APPS.includes(app) || folder === undefined) {
  console.error(`usage: node tools/bundle/src/bundle-app.ts ${APPS.join('|')} <folder>`)
  process.exit(2)
}
const resolve = (name: string): string => fileURLToPath(import.meta.resolve(name))
await bundlePrograms({ entries: { main: resolve(`@millrace/${app}`) }, folder, sbom: true })
// What a program starts as a thread of its own lies beside it, and starts with what it needs itself.
const THREADS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  producer: { 'reader-thread': '@millrace/storage/reader-thread' },
  aggregator: { 'second-thread': '@millrace/aggregator/second-thread' },
}
for (const [name, module] of Object.entries(THREADS[app] ?? {})) {
  await bundlePrograms({ entries: { [name]: resolve(module) }, folder })
}
const main = join(folder, 'main.js')
await warmCache(main, join(folder, 'cache'))
console.log(main)
