import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Clock } from '../clock.ts'
import { createStorage, type Storage } from '../storage.ts'
import { createS3Backend } from './backend.ts'
import { createS3Client } from './client.ts'
import { type FaultyS3, SECRET, startFaultyS3 } from './faulty-s3.ts'

const signal = new AbortController().signal
const bytes = Buffer.from(Array.from({ length: 1_000_000 }, (_, index) => (index * 7) % 251))
const object = { uri: 's3://bucket/data.csv', bytes: bytes.length, version: '"v1"' }

let s3: FaultyS3
let pauses: number[]
let clock: Clock & { ms: number }
let stack: AsyncDisposableStack

beforeEach(async () => {
  stack = new AsyncDisposableStack()
  s3 = await startFaultyS3()
  stack.defer(async () => s3.close())
  s3.objects.set('/bucket/data.csv', { bytes, etag: '"v1"' })
  pauses = []
  clock = {
    ms: 0,
    now: () => clock.ms,
    random: () => 0.5,
    pause: async (ms) => {
      pauses.push(ms)
    },
  }
})

afterEach(async () => stack.disposeAsync())

function openStorage(s3Reads: 'direct' | 'sdk'): Storage {
  const client = createS3Client({
    region: 'eu-west-1',
    endpoint: s3.url,
    credentials: { accessKeyId: 'AKIA', secretAccessKey: SECRET, sessionToken: 'a token/+=' },
  })
  const storage = createStorage({ s3: createS3Backend(client, s3Reads, clock) })
  stack.defer(async () => {
    await storage.close()
    client.destroy()
  })
  return storage
}

describe.for(['direct', 'sdk'] as const)('%s reads', (s3Reads) => {
  const read = async (start: number, end: number, of = object) =>
    openStorage(s3Reads).read(of, { start, end }, signal)

  test.for([
    [0, 1],
    [0, 1_000_000],
    [999_999, 1_000_000],
    [17, 123_456],
  ] as const)('gives exactly the bytes %i to %i', async ([start, end]) => {
    expect((await read(start, end)).equals(bytes.subarray(start, end))).toBe(true)
  })

  test('for an empty range, asks nothing', async () => {
    expect((await read(5, 5)).length).toBe(0)
    expect(s3.requests).toEqual([])
  })

  test.for(["a b+c&d=e?f#g%41'(x)*!~,;:@$", 'ünïcode/日本/😀', 'a//b/./c'])(
    'signs the key %j as S3 reads it',
    async (key) => {
      const path = `/bucket/${key.split('/').map(escapeAll).join('/')}`
      s3.objects.set(path, { bytes, etag: '"v1"' })
      const got = await read(1, 4, { ...object, uri: `s3://bucket/${key}` })
      expect(got.equals(bytes.subarray(1, 4))).toBe(true)
    },
  )

  test('asks for the pinned version by its id where it has one', async () => {
    s3.objects.set('/bucket/data.csv', { bytes, etag: '"another"' })
    await read(1, 4, { ...object, version: 'L4kqtJlcpXroDTDmpUMLUo+/=' })
    expect(s3.requests[0]).toContain('versionId=L4kqtJlcpXroDTDmpUMLUo%2B%2F%3D')
  })

  test('on another ETag than the pinned one, throws object_changed at once', async () => {
    s3.objects.set('/bucket/data.csv', { bytes, etag: '"v2"' })
    await expect(read(0, 9)).rejects.toMatchObject({ code: 'object_changed', retryable: false })
    expect(s3.requests.length).toBe(1)
  })

  test.for([
    ['a deleted object', { kind: 'status', status: 404, code: 'NoSuchKey' }, 'object_missing'],
    ['a forbidden object', { kind: 'status', status: 403, code: 'AccessDenied' }, 'access_denied'],
    ['a gone bucket', { kind: 'status', status: 404, code: 'NoSuchBucket' }, 'bucket_missing'],
    [
      'another region',
      { kind: 'status', status: 301, code: 'PermanentRedirect' },
      'bucket_missing',
    ],
    ['a cut object', { kind: 'status', status: 416, code: 'InvalidRange' }, 'object_changed'],
    [
      'an archived object',
      { kind: 'status', status: 403, code: 'InvalidObjectState' },
      'access_denied',
    ],
    ['a range that is shifted', { kind: 'shifted' }, 'response_invalid'],
    ['the whole object for a range', { kind: 'whole' }, 'response_invalid'],
  ] as const)('on %s, throws its code without a repeat', async ([, fault, code]) => {
    s3.faults.push(fault, fault) // A direct read leaves a body it did not expect to the SDK.
    await expect(read(1, 9)).rejects.toMatchObject({ code, uri: object.uri })
    expect(pauses).toEqual([])
  })

  test.for([
    ['a reset', { kind: 'reset' }],
    ['a cut body', { kind: 'cut' }],
    ['a slow down', { kind: 'status', status: 503, code: 'SlowDown' }],
    ['an internal error', { kind: 'status', status: 500, code: 'InternalError' }],
    ['a bare 503', { kind: 'status', status: 503 }],
    ['a request time-out', { kind: 'status', status: 400, code: 'RequestTimeout' }],
  ] as const)('after %s, repeats and gives the bytes', async ([, fault]) => {
    s3.faults.push(fault, fault)
    expect((await read(3, 500_000)).equals(bytes.subarray(3, 500_000))).toBe(true)
    expect(pauses).toEqual([50, 100])
  })

  test('when S3 stays slow, gives up after six tries', async () => {
    s3.faults.push(...Array.from({ length: 9 }, () => ({ kind: 'status', status: 503 }) as const))
    await expect(read(0, 9)).rejects.toMatchObject({ code: 'throttled', retryable: true })
    expect(pauses).toEqual([50, 100, 200, 400, 800])
    expect(s3.faults.length).toBe(3)
  })

  test('when S3 answers late each time, says that it timed out', async () => {
    const late = { kind: 'status', status: 400, code: 'RequestTimeout' } as const
    s3.faults.push(...Array.from({ length: 9 }, () => late))
    await expect(read(0, 9)).rejects.toMatchObject({ code: 'timed_out', retryable: true })
  })

  test('takes a body of unstated length', async () => {
    s3.faults.push({ kind: 'chunked' })
    expect((await read(1, 9)).equals(bytes.subarray(1, 9))).toBe(true)
  })

  test('on abort in mid-request, throws the reason', async () => {
    s3.faults.push({ kind: 'silent' })
    const stop = new AbortController()
    const reading = openStorage(s3Reads).read(object, { start: 0, end: 9 }, stop.signal)
    await expect.poll(() => s3.faults.length).toBe(0)
    stop.abort(new Error('drained'))
    await expect(reading).rejects.toThrow('drained')
  })
})

test('a document of which the connection falls silent in the middle is read again', async () => {
  const client = createS3Client({
    ...{ region: 'eu-west-1', endpoint: s3.url, silenceMs: 200 },
    credentials: { accessKeyId: 'AKIA', secretAccessKey: SECRET },
  })
  const storage = createStorage({ s3: createS3Backend(client, 'direct', clock) })
  stack.defer(async () => {
    await storage.close()
    client.destroy()
  })
  s3.faults.push({ kind: 'stalled' }, { kind: 'stalled' })
  const found = await storage.readDocument('s3://bucket/data.csv', 2_000_000, signal)
  expect(found?.equals(bytes)).toBe(true)
  expect(s3.requests).toHaveLength(3)
})

test('of a document whose length is not told, no more is read than is allowed', async () => {
  const storage = openStorage('direct')
  const read = (bytesMax: number) => {
    s3.faults.push({ kind: 'chunked' })
    return storage.readDocument('s3://bucket/data.csv', bytesMax, signal)
  }
  expect((await read(bytes.length))?.equals(bytes)).toBe(true)
  await expect(read(bytes.length - 1)).rejects.toMatchObject({ code: 'too_large' })
})

describe('direct connections', () => {
  test('read after read, keep one connection', async () => {
    const storage = openStorage('direct')
    for (let start = 0; start < 5; start += 1) await storage.read(object, { start, end: 9 }, signal)
    expect(s3.connections()).toBe(1)
  })

  test('after a close that was announced, open a new one without a pause', async () => {
    s3.faults.push({ kind: 'last' })
    const storage = openStorage('direct')
    await storage.read(object, { start: 0, end: 9 }, signal)
    await storage.read(object, { start: 0, end: 9 }, signal)
    expect(s3.connections()).toBe(2)
    expect(pauses).toEqual([])
  })

  test('when a kept one dies unheard, try a new one without a pause', async () => {
    const storage = openStorage('direct')
    await storage.read(object, { start: 0, end: 9 }, signal)
    s3.faults.push({ kind: 'reset' })
    await storage.read(object, { start: 0, end: 9 }, signal)
    expect(s3.connections()).toBe(2)
    expect(pauses).toEqual([])
  })

  test('beyond 128 at once, wait for a free one', async () => {
    const storage = openStorage('direct')
    const range = { start: 10, end: 5_010 }
    const reads = Array.from({ length: 300 }, async () => storage.read(object, range, signal))
    for (const got of await Promise.all(reads)) {
      expect(got.equals(bytes.subarray(10, 5_010))).toBe(true)
    }
    expect(s3.connections()).toBeLessThanOrEqual(128)
  })
})

describe('signatures of direct reads', () => {
  test('are made anew after four minutes', async () => {
    const { credentials, used } = countingCredentials()
    const client = createS3Client({ region: 'eu-west-1', endpoint: s3.url, credentials })
    const storage = createStorage({ s3: createS3Backend(client, 'direct', clock) })
    const range = { start: 0, end: 9 }
    await storage.read(object, range, signal)
    const once = used()
    clock.ms = 239_000
    await storage.read(object, range, signal)
    expect(used()).toBe(once)
    clock.ms = 241_000
    await storage.read(object, range, signal)
    expect(used()).toBeGreaterThan(once)
    await storage.close()
  })

  test('that S3 no longer takes, are made anew once', async () => {
    const expired = { kind: 'status', status: 400, code: 'ExpiredToken' } as const
    s3.faults.push(expired)
    const storage = openStorage('direct')
    await storage.read(object, { start: 0, end: 9 }, signal)
    s3.faults.push(expired, expired)
    const reading = storage.read(object, { start: 0, end: 9 }, signal)
    await expect(reading).rejects.toMatchObject({ code: 'credentials_invalid' })
    expect(s3.requests.length).toBe(4)
  })
})

/** Credentials that are never kept by the SDK, so that each signature asks for them. */
function countingCredentials() {
  let count = 0
  const credentials = async () => {
    count += 1
    return { accessKeyId: 'AKIA', secretAccessKey: SECRET, expiration: new Date(0) }
  }
  return { credentials, used: () => count }
}

const escapeAll = (text: string): string =>
  encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
