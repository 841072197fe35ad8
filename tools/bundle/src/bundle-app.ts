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
// What a program starts as a thread of its own lies beside it.
const THREADS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  producer: { 'reader-thread': '@millrace/storage/reader-thread' },
  aggregator: { 'second-thread': '@millrace/aggregator/second-thread' },
}
const threads = Object.entries(THREADS[app] ?? {}).map(([name, module]) => [name, resolve(module)])
const entries = { main: resolve(`@millrace/${app}`), ...Object.fromEntries(threads) }
await bundlePrograms({ entries, folder, sbom: true })
const main = join(folder, 'main.js')
await warmCache(main, join(folder, 'cache'))
console.log(main)
