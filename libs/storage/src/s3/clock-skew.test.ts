import { afterEach, beforeEach, expect, test } from 'vitest'
import { createStorage, type Storage } from '../storage.ts'
import { createS3Backend } from './backend.ts'
import { createS3Client } from './client.ts'
import { type FaultyS3, SECRET, startFaultyS3 } from './faulty-s3.ts'

const signal = new AbortController().signal
const uri = 's3://bucket/data.csv'
const object = { uri, bytes: 4, version: '"v1"' }
const HOUR_MS = 3_600_000

let s3: FaultyS3
let storage: Storage
let stack: AsyncDisposableStack

beforeEach(async () => {
  stack = new AsyncDisposableStack()
  s3 = await startFaultyS3()
  stack.defer(async () => s3.close())
  s3.objects.set('/bucket/data.csv', { bytes: Buffer.from('1,2\n'), etag: '"v1"' })
  const credentials = { accessKeyId: 'AKIA', secretAccessKey: SECRET }
  const client = createS3Client({ region: 'eu-west-1', endpoint: s3.url, credentials })
  storage = createStorage({ s3: createS3Backend(client) })
  stack.defer(async () => {
    await storage.close()
    client.destroy()
  })
})

afterEach(async () => stack.disposeAsync())

const ways: Readonly<Record<string, () => Promise<unknown>>> = {
  'a pin': async () => storage.pin(uri, signal),
  'a look': async () => storage.occupantOf(uri, signal),
  'a read': async () => storage.read(object, { start: 0, end: 4 }, signal),
  'a document': async () => storage.readDocument(uri, 100, signal),
}

test.for(Object.keys(ways))(
  '%s follows the clock of S3 where this machine’s is off',
  async (way) => {
    const call = ways[way] ?? (async () => undefined)
    const wanted = await call()
    for (const aheadMs of [HOUR_MS, -HOUR_MS]) {
      s3.clock.aheadMs = aheadMs
      expect(await call()).toEqual(wanted)
      s3.requests.length = 0
      // It is followed from then on: nothing is refused any more.
      expect(await call()).toEqual(wanted)
      expect(s3.requests).toHaveLength(1)
    }
  },
)

test('objects that are pinned together follow it together', async () => {
  s3.clock.aheadMs = HOUR_MS
  const pins = await Promise.all([storage.pin(uri, signal), storage.pin(uri, signal)])
  expect(pins).toEqual([[object], [object]])
})

test('ranges that are read together follow it together', async () => {
  s3.clock.aheadMs = HOUR_MS
  const read = async (start: number) =>
    String(await storage.read(object, { start, end: 4 }, signal))
  expect(await Promise.all([read(0), read(2)])).toEqual(['1,2\n', '2\n'])
})
