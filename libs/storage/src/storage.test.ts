import { randomUUID } from 'node:crypto'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ListMultipartUploadsCommand, type S3Client } from '@aws-sdk/client-s3'
import { type Cloud, startCloud } from '@millrace/cloud'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createS3Backend } from './s3/backend.ts'
import { createS3Client } from './s3/client.ts'
import { s3WhenWanted } from './s3-when-wanted.ts'
import { createStorage, type Storage } from './storage.ts'
import { fileUri, resolveUri } from './uri.ts'

const signal = new AbortController().signal
/** Its period is odd, so that a piece in the wrong place does not look right. */
const PATTERN = Buffer.alloc(20_000_300, Buffer.from(Array.from({ length: 253 }, (_, at) => at)))
const hello = Buffer.from('hello, world\n')

let cloud: Cloud
let client: S3Client
let root: string

beforeAll(async () => {
  cloud = await startCloud({ buckets: ['bucket'] })
  root = await mkdtemp(join(tmpdir(), 'millrace-storage-'))
  client = createS3Client(connection())
})

afterAll(async () => {
  client.destroy()
  await cloud.close()
  await rm(root, { recursive: true })
})

const connection = () => ({
  region: 'us-east-1',
  endpoint: cloud.env.AWS_ENDPOINT_URL_S3!,
  credentials: cloud.credentials,
})

/** What is true of folders and of S3 alike. */
describe.for([
  ['folders', () => createS3Backend(client)],
  ['S3 read directly', () => createS3Backend(client)],
  ['S3 read by the SDK', () => createS3Backend(client, 'sdk')],
  ['S3 loaded when it is wanted', () => s3WhenWanted(connection())],
] as const)('storage in %s', ([where, s3]) => {
  let storage: Storage
  let base: string

  beforeEach(() => {
    base =
      where === 'folders' ? `${fileUri(join(root, randomUUID()))}/` : `s3://bucket/${randomUUID()}/`
    storage = createStorage({ s3: s3() })
    return async () => storage.close()
  })

  const put = async (name: string, bytes: Uint8Array = hello): Promise<string> => {
    const uri = resolveUri(base, name)
    await storage.writeDocument(uri, bytes, {}, signal)
    return uri
  }

  test('pins one object and reads its ranges', async () => {
    const uri = await put('a b/é+%.csv')
    const [object] = await storage.pin(uri, signal)
    expect(object).toMatchObject({ uri, bytes: 13 })
    const range = await storage.read(object!, { start: 7, end: 12 }, signal)
    expect(range.toString()).toBe('world')
  })

  test('pins all objects below a folder in byte order', async () => {
    const names = ['b', 'a/x', 'a-b/x', 'a.csv', 'a/y/z', 'Z', 'ÿ', '😀', '\u{ffee}', '.hidden']
    for (const name of names) await put(name)
    const objects = await storage.pin(base, signal)
    const wanted = names.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
    expect(objects.map(({ uri }) => uri)).toEqual(wanted.map((name) => resolveUri(base, name)))
  })

  test('reads what it pinned by a folder', async () => {
    await put('a/1.csv')
    const [object] = await storage.pin(base, signal)
    expect((await storage.read(object!, { start: 0, end: 5 }, signal)).toString()).toBe('hello')
  })

  test('pins the objects of a manifest in its order', async () => {
    for (const name of ['1.csv', '2.csv', '3.csv']) await put(name)
    const text = JSON.stringify([{ prefix: base }, '3.csv', '1.csv'])
    const manifest = await put('all.manifest', Buffer.from(text))
    const objects = await storage.pin(manifest, signal)
    expect(objects.map(({ uri }) => uri)).toEqual([`${base}3.csv`, `${base}1.csv`])
  })

  test('on nothing to pin, throws object_missing', async () => {
    const missing = { code: 'object_missing', retryable: false }
    await expect(storage.pin(`${base}none.csv`, signal)).rejects.toMatchObject(missing)
    await expect(storage.pin(`${base}none/`, signal)).rejects.toMatchObject(missing)
    await expect(storage.pin(`${base}x.manifest`, signal)).rejects.toMatchObject(missing)
  })

  test.for([
    ['rewritten with as many bytes', Buffer.from('HELLO, WORLD\n')],
    ['grown', Buffer.concat([hello, hello])],
    ['cut', hello.subarray(0, 4)],
    ['emptied', Buffer.alloc(0)],
  ] as const)('on an object that is %s, throws object_changed', async ([, bytes]) => {
    const uri = await put('data.csv')
    const [object] = await storage.pin(uri, signal)
    await storage.read(object!, { start: 0, end: 1 }, signal)
    await put('data.csv', bytes)
    const reading = storage.read(object!, { start: 2, end: 9 }, signal)
    await expect(reading).rejects.toMatchObject({ code: 'object_changed', retryable: false, uri })
  })

  test('of S3 pins the version that is asked for, or none', async () => {
    if (where === 'folders') return
    const uri = await put('data.csv')
    const [{ version } = { version: '' }] = await storage.pin(uri, signal)
    const pinned = await storage.pinAllowed({ uri, version }, () => undefined, signal)
    expect(pinned).toMatchObject([{ uri, version }])
    await put('data.csv', Buffer.from('something else\n'))
    const late = storage.pinAllowed({ uri, version }, () => undefined, signal)
    await expect(late).rejects.toMatchObject({ code: 'object_changed', uri })
  })

  test('on a removed object, throws a final error', async () => {
    const uri = await put('data.csv')
    const [object] = await storage.pin(uri, signal)
    await storage.remove(uri, {}, signal)
    const reading = storage.read(object!, { start: 2, end: 9 }, signal)
    await expect(reading).rejects.toMatchObject({ retryable: false, uri })
  })

  test('of an absent document gives nothing', async () => {
    expect(await storage.readDocument(`${base}none`, 100, signal)).toBe(undefined)
  })

  test('gives a document of just the size allowed', async () => {
    const uri = await put('doc')
    expect((await storage.readDocument(uri, 13, signal))?.equals(hello)).toBe(true)
  })

  test('on a larger document than allowed, throws too_large', async () => {
    const reading = storage.readDocument(await put('doc'), 12, signal)
    await expect(reading).rejects.toMatchObject({ code: 'too_large' })
  })

  test('with ifAbsent, keeps a document that is there', async () => {
    const uri = resolveUri(base, 'doc')
    const write = async (text: string) =>
      storage.writeDocument(uri, Buffer.from(text), { ifAbsent: true }, signal)
    expect(await write('first')).toBe('written')
    expect(await write('second')).toBe('exists')
    expect(String(await storage.readDocument(uri, 100, signal))).toBe('first')
  })

  test.for([0, 1, 8 * 1024 * 1024 - 1, 8 * 1024 * 1024, 20_000_001])(
    'shows a result of %i bytes at its commit and not before',
    async (bytes) => {
      const uri = resolveUri(base, 'out/result.csv')
      const writer = await storage.createWriter(uri, signal)
      for (let done = 0; done < bytes; done += 3_000_000) {
        await writer.write(pattern(done, Math.min(bytes, done + 3_000_000)))
      }
      await expect(storage.pin(uri, signal)).rejects.toMatchObject({ code: 'object_missing' })
      expect(await writer.commit()).toEqual({ bytes, ...(await storage.occupantOf(uri, signal)) })
      const [object] = await storage.pin(uri, signal)
      expect(object!.bytes).toBe(bytes)
      let at = 0
      for await (const piece of storage.stream(object!, { pieceBytes: 1_000_000 }, signal)) {
        expect(pattern(at, at + piece.length).equals(piece)).toBe(true)
        at += piece.length
      }
      expect(at).toBe(bytes)
    },
  )

  test('lets the caller reuse what it wrote', async () => {
    const uri = resolveUri(base, 'result.csv')
    const writer = await storage.createWriter(uri, signal)
    const lent = Buffer.alloc(1_000_000)
    for (let round = 0; round < 20; round += 1) {
      lent.fill(round)
      await writer.write(lent)
    }
    await writer.commit()
    const [object] = await storage.pin(uri, signal)
    for (let round = 0; round < 20; round += 1) {
      const range = { start: round * 1_000_000, end: (round + 1) * 1_000_000 }
      const got = await storage.read(object!, range, signal)
      expect(got.equals(Buffer.alloc(1_000_000, round))).toBe(true)
    }
  })

  test.for([1_000, 20_000_000])('after an abort at %i bytes, leaves nothing', async (bytes) => {
    const writer = await storage.createWriter(resolveUri(base, 'result.csv'), signal)
    await writer.write(pattern(0, bytes))
    await writer.abort()
    await writer.abort()
    expect(await traces(base)).toEqual([])
    await expect(writer.commit()).rejects.toThrow('aborted')
  })

  test('after the signal fired, an abort still leaves nothing', async () => {
    const stop = new AbortController()
    const writer = await storage.createWriter(resolveUri(base, 'result.csv'), stop.signal)
    await writer.write(pattern(0, 20_000_000))
    stop.abort(new Error('drained'))
    await expect(writer.write(hello)).rejects.toThrow('drained')
    await expect(writer.commit()).rejects.toThrow('failed')
    await writer.abort()
    expect(await traces(base)).toEqual([])
  })

  test('replaces a result by the next', async () => {
    const uri = await put('result.csv')
    const writer = await storage.createWriter(uri, signal)
    await writer.write(Buffer.from('new'))
    expect(String(await storage.readDocument(uri, 100, signal))).toBe('hello, world\n')
    await writer.commit()
    await writer.abort()
    expect(String(await storage.readDocument(uri, 100, signal))).toBe('new')
  })

  test('of what lies under a name tells two apart, and one from nothing', async () => {
    const uri = resolveUri(base, 'result.csv')
    const nothing = await storage.occupantOf(uri, signal)
    expect(nothing).toEqual({ version: undefined })
    await put('result.csv')
    const first = await storage.occupantOf(uri, signal)
    expect(await storage.occupantOf(uri, signal)).toEqual(first)
    await put('result.csv', Buffer.from('another\n'))
    const second = await storage.occupantOf(uri, signal)
    expect(second.version).toBeTypeOf('string')
    expect(second).not.toEqual(first)
  })

  test('writes over what lies there, and over nothing', async () => {
    const uri = resolveUri(base, 'new/result.csv')
    const write = async (text: string) => {
      const over = await storage.occupantOf(uri, signal)
      const writer = await storage.createWriter(uri, signal)
      await writer.write(Buffer.from(text))
      await writer.commit({ over })
    }
    await write('one')
    await write('two')
    expect(String(await storage.readDocument(uri, 100, signal))).toBe('two')
    await storage.remove(uri, { over: { version: undefined } }, signal)
    expect(String(await storage.readDocument(uri, 100, signal))).toBe('two')
    await storage.remove(uri, { over: await storage.occupantOf(uri, signal) }, signal)
    expect(await storage.readDocument(uri, 100, signal)).toBe(undefined)
  })

  test.for([
    ['something is there', undefined, 'new'],
    ['it is another', 'old', 'new'],
    ['it is gone', 'old', undefined],
  ] as const)('does not write over what it is told where %s now', async ([, then, now]) => {
    const uri = resolveUri(base, 'result.csv')
    const show = async (text: string | undefined) => {
      if (text === undefined) await storage.remove(uri, {}, signal)
      else await put('result.csv', Buffer.from(text))
    }
    await show(then)
    const over = await storage.occupantOf(uri, signal)
    const writer = await storage.createWriter(uri, signal)
    await writer.write(hello)
    await show(now)
    const conflict = { code: 'conflict', retryable: false, uri }
    await expect(writer.commit({ over })).rejects.toMatchObject(conflict)
    const left = await storage.readDocument(uri, 100, signal)
    expect(left?.toString()).toBe(now)
    await writer.commit({ over: await storage.occupantOf(uri, signal) })
    expect((await storage.readDocument(uri, 100, signal))?.equals(hello)).toBe(true)
  })

  // The local cloud's S3 removes whatever is there.
  test.runIf(where === 'folders')('does not remove another than it is told', async () => {
    const uri = await put('doc', Buffer.from('old'))
    const over = await storage.occupantOf(uri, signal)
    await put('doc', Buffer.from('new'))
    const removing = storage.remove(uri, { over }, signal)
    await expect(removing).rejects.toMatchObject({ code: 'conflict', uri })
    expect(String(await storage.readDocument(uri, 100, signal))).toBe('new')
  })

  test('removes a document, and one that is not there', async () => {
    const uri = await put('doc')
    await storage.remove(uri, {}, signal)
    await storage.remove(uri, {}, signal)
    expect(await storage.readDocument(uri, 100, signal)).toBe(undefined)
  })

  test('refuses to write to or remove a folder', async () => {
    const refused = { code: 'uri_invalid' }
    await expect(storage.writeDocument(base, hello, {}, signal)).rejects.toMatchObject(refused)
    await expect(storage.createWriter(base, signal)).rejects.toMatchObject(refused)
    await expect(storage.remove(base, {}, signal)).rejects.toMatchObject(refused)
  })

  test('on a signal that fired before, reads nothing', async () => {
    const [object] = await storage.pin(await put('data.csv'), signal)
    const fired = AbortSignal.abort(new Error('drained'))
    const reading = storage.read(object!, { start: 0, end: 1 }, fired)
    await expect(reading).rejects.toThrow('drained')
  })

  test("fills the caller's memory from a byte on, and no more of the object than that", async () => {
    const [object] = await storage.pin(await put('data.csv'), signal)
    const whole = await storage.read(object!, { start: 0, end: 13 }, signal)
    const target = Buffer.alloc(4)
    await storage.readInto(object!, 5, target, signal)
    expect(target.equals(whole.subarray(5, 9))).toBe(true)
    const beyond = storage.readInto(object!, 10, target, signal)
    await expect(beyond).rejects.toThrow('bytes 10 to 14 of an object of 13')
  })

  test('takes a range outside the object for a mistake', async () => {
    const [object] = await storage.pin(await put('data.csv'), signal)
    for (const range of [
      { start: 0, end: 14 },
      { start: -1, end: 2 },
      { start: 3, end: 2 },
    ]) {
      await expect(storage.read(object!, range, signal)).rejects.toThrow('of an object of 13')
    }
  })
})

describe('storage without an S3 client', () => {
  test('refuses S3 with a sentence', async () => {
    const pinning = createStorage({}).pin('s3://bucket/key', signal)
    await expect(pinning).rejects.toThrow('open s3://bucket/key: uri_invalid (no S3 client')
  })
})

/** Files or unfinished uploads below a folder. */
async function traces(base: string): Promise<readonly string[]> {
  if (base.startsWith('file:')) return readdir(new URL(base))
  const command = new ListMultipartUploadsCommand({ Bucket: 'bucket' })
  const { Uploads = [] } = await client.send(command)
  const keys = Uploads.map(({ Key }) => `s3://bucket/${Key}`)
  return keys.filter((uri) => uri.startsWith(base))
}

function pattern(start: number, end: number): Buffer {
  return Buffer.from(PATTERN.subarray(start % 253, (start % 253) + end - start))
}
