import { createHash } from 'node:crypto'
import { execFile, execFileSync } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { BUCKET, startFleet } from './support/fleet.ts'
import { expectedResult, flights } from './support/flights.ts'
import { objectsOf } from './support/objects.ts'
import { canSeal, NONROOT, type SealedRoot, sealRoot } from './support/sealed-root.ts'

/*
 * What the image runs, without an engine that runs images: the bundles in a file system that is read-only
 * and holds nothing but Node and them, as a user who may do nothing.
 */

const APPS = ['producer', 'consumer', 'aggregator'] as const
const ROWS = 500

const bundling = promisify(execFile)

const sealed = canSeal()
if (!sealed) console.warn('image.test.ts SKIPS: wants Linux, root and the right to mount')

let root: SealedRoot
let components: Map<string, string>

beforeAll(async () => {
  if (!sealed) return
  root = await sealRoot(async (path) => {
    // As the Dockerfile does it.
    const tool = fileURLToPath(import.meta.resolve('@millrace/bundle/bundle-app'))
    const bundle = (app: string) => bundling(process.execPath, [tool, app, join(path, app)])
    await Promise.all(APPS.map(bundle))
    const text = await readFile(join(path, 'consumer/bom.json'), 'utf8')
    const bom = JSON.parse(text) as { components: { name: string; version: string }[] }
    components = new Map(bom.components.map(({ name, version }) => [name, version]))
  })
})

afterAll(() => root?.[Symbol.asyncDispose]())

const run = (program: string): string => {
  const { file, args } = root.command(['-e', program])
  return execFileSync(file, args, { encoding: 'utf8', env: {} }).trim()
}

describe.skipIf(!sealed)('a bundle in a sealed root', () => {
  test('runs as nobody, where nothing can be written', () => {
    const write =
      'try { fs.writeFileSync("/consumer/x", "") } catch ({ code }) { console.log(code) }'
    expect(run(write)).toBe('EROFS')
    expect(run('console.log(process.getuid(), process.getgid())')).toBe(`${NONROOT} ${NONROOT}`)
  })

  test('finds no shell, no package and no source beside it', () => {
    expect(run('console.log(fs.readdirSync("/").sort().join(" "))')).not.toMatch(/bin|usr|tmp/)
    expect(run('console.log(fs.existsSync("/consumer/node_modules"))')).toBe('false')
  })

  test('finds the program of the other thread', () => {
    const program = `
      const thread = new (require('node:worker_threads').Worker)('/aggregator/second-thread.js')
      thread.on('message', ({ digest }) => digest && (console.log(digest) ?? process.exit()))
      const memory = new ArrayBuffer(0)
      thread.postMessage({ kind: 'update', file: 0, first: true, memory, bytes: 0 })
      thread.postMessage({ kind: 'end', file: 0 })`
    expect(run(program)).toBe(createHash('sha256').digest('hex'))
  })

  test('finds the thread that reads datasets', () => {
    const program = `
      const module = new WebAssembly.Module(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0))
      const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true })
      const glance = { module, memory, args: [] }
      const workerData = { shared: { glance }, slots: [] }
      const { Worker } = require('node:worker_threads')
      const thread = new Worker('/producer/reader-thread.js', { workerData })
      thread.once('message', (message) => console.log(message) ?? process.exit())`
    expect(run(program)).toBe('ready')
  })

  test('receives before it loads what only a message needs', () => {
    const program = `
      const start = fs.readdirSync('/consumer').find((name) => name.startsWith('start-'))
      const code = fs.readFileSync('/consumer/' + start, 'utf8')
      console.log(code.match(/\\b(SQS|DynamoDB|S3|SageMakerRuntime)Client\\b/g).join(' '))`
    expect(new Set(run(program).split(' '))).toEqual(new Set(['SQSClient']))
  })

  test('scores a job from request to result', async () => {
    await using fleet = await startFleet()
    const { put, get } = objectsOf(fleet)
    for (const app of APPS) {
      const env = {
        HOME: '/',
        NODE_COMPILE_CACHE: `/${app}/cache`,
        MILLRACE_RECEIVE_WAIT_SECONDS: '1',
      }
      fleet.start(app, env, root.command([`/${app}/main.js`]))
    }
    await put('data/in.csv', `${flights.rows.slice(0, ROWS).join('\n')}\n`)
    await fleet.submit('sealed', {
      version: 1,
      dataset: { uri: `s3://${BUCKET}/data/in.csv` },
      endpoint: { name: 'flights' },
      batching: { rows: 100 },
      output: { uri: `s3://${BUCKET}/results/out.csv` },
    })
    const job = await fleet.ended('sealed', 100_000)
    expect(job).toMatchObject({ state: 'succeeded' })
    expect(await get('results/out.csv')).toBe(expectedResult(flights.answers.slice(0, ROWS)))
  })

  test('lists the packages that are in it, with their versions', () => {
    expect(components.get('client-sqs')).toMatch(/^\d+\.\d+\.\d+$/)
    expect(components.has('undici')).toBe(true)
    expect(components.has('vitest')).toBe(false)
  })
})
