import { afterEach, beforeEach, expect, test } from 'vitest'
import { createStorage, type Storage } from '../storage.ts'
import type { StorageErrorCode } from '../storage-error.ts'
import { createS3Backend } from './backend.ts'
import { createS3Client } from './client.ts'
import { type FaultyS3, SECRET, startFaultyS3 } from './faulty-s3.ts'

const signal = new AbortController().signal
const path = '/bucket/data.csv'
const uri = 's3://bucket/data.csv'

let s3: FaultyS3
let storage: Storage
let stack: AsyncDisposableStack

beforeEach(async () => {
  stack = new AsyncDisposableStack()
  s3 = await startFaultyS3()
  stack.defer(async () => s3.close())
  s3.objects.set(path, { bytes: Buffer.from('1,2\n'), etag: '"v1"' })
  const credentials = { accessKeyId: 'AKIA', secretAccessKey: SECRET }
  const client = createS3Client({ region: 'eu-west-1', endpoint: s3.url, credentials })
  const clock = { now: () => 0, random: () => 0, pause: async () => {} }
  storage = createStorage({ s3: createS3Backend(client, 'direct', clock) })
  stack.defer(async () => {
    await storage.close()
    client.destroy()
  })
})

afterEach(async () => stack.disposeAsync())

const ways = [
  ['pin', () => storage.pin(uri, signal)],
  ['look at', () => storage.occupantOf(uri, signal)],
] as const

test.for<[number, string, StorageErrorCode, RegExp]>([
  [400, 'ExpiredToken', 'credentials_invalid', /sign in again/],
  [400, 'AuthorizationHeaderMalformed', 'bucket_missing', /set the region/],
  [403, 'InvalidAccessKeyId', 'credentials_invalid', /sign in again/],
  [403, 'RequestTimeTooSkewed', 'credentials_invalid', /clock/],
  [403, 'AccessDenied', 'access_denied', /allow s3:GetObject/],
])(
  'a HEAD that is answered %i for %s is %s, by the first byte',
  async ([status, code, is, hint]) => {
    s3.refused.set(path, { status, code })
    for (const [verb, look] of ways) {
      s3.requests.length = 0
      await expect(look()).rejects.toMatchObject({
        code: is,
        message: expect.stringContaining(`${verb} ${uri}: ${is} (${status} ${code}`),
        hint: expect.stringMatching(hint),
      })
      expect(s3.requests.map((request) => request.replace(/ \/\S+/, ''))).toEqual([
        'HEAD',
        'GET bytes=0-0',
      ])
    }
  },
)

test('what is not there is asked for once', async () => {
  await expect(storage.pin('s3://bucket/none', signal)).rejects.toMatchObject({
    code: 'object_missing',
  })
  expect(s3.requests).toHaveLength(1)
})
