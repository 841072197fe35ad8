import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { constants, gzipSync, zstdCompressSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { type Compression, compressionOf, decompress } from './decompress.ts'

const text = Buffer.from(Array.from({ length: 2_000 }, (_, row) => `${row},${row * 7}\n`).join(''))
const half = text.length >> 1
const zeros = Buffer.alloc(10_000)
const skippable = Buffer.from([0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3])

/** The bytes in pieces, and whether they were read to their end or let go of. */
function piecesOf(bytes: Uint8Array, size: number) {
  const seen = { closed: false, given: 0 }
  async function* pieces(): AsyncGenerator<Uint8Array> {
    try {
      for (let at = 0; at < bytes.length; at += size) {
        seen.given += 1
        yield bytes.subarray(at, at + size)
      }
    } finally {
      seen.closed = true
    }
  }
  return { pieces: pieces(), seen }
}

async function expand(
  bytes: Uint8Array,
  { compression = 'gzip', size = 1_000 }: { compression?: Compression; size?: number } = {},
): Promise<Buffer> {
  const options = { uri: 's3://b/t.csv.gz', compression, bytesMax: 1e9 }
  const texts = await Array.fromAsync(decompress(piecesOf(bytes, size).pieces, options))
  return Buffer.concat(texts)
}

const forms: readonly [string, Compression, Buffer][] = [
  ['one gzip member', 'gzip', gzipSync(text)],
  [
    'two gzip members',
    'gzip',
    Buffer.concat([gzipSync(text.subarray(0, half)), gzipSync(text.subarray(half))]),
  ],
  ['gzip with zeros behind it', 'gzip', Buffer.concat([gzipSync(text), zeros])],
  [
    'gzip members with zeros between them',
    'gzip',
    Buffer.concat([gzipSync(text.subarray(0, half)), zeros, gzipSync(text.subarray(half))]),
  ],
  ['one zstd frame', 'zstd', zstdCompressSync(text)],
  [
    'two zstd frames',
    'zstd',
    Buffer.concat([
      zstdCompressSync(text.subarray(0, half)),
      zstdCompressSync(text.subarray(half)),
    ]),
  ],
  [
    'zstd frames between skippable ones',
    'zstd',
    Buffer.concat([skippable, zstdCompressSync(text), skippable, zstdCompressSync(''), skippable]),
  ],
]

describe.for(forms)('%s', ([, compression, bytes]) => {
  test('is known by its first bytes', () => {
    expect(compressionOf(bytes)).toBe(compression)
  })

  test.for([1, 17, 4_096, 1 << 20])('in pieces of %d bytes, gives the text back', async (size) => {
    expect((await expand(bytes, { compression, size })).equals(text)).toBe(true)
  })
})

test.for(['', '1', '1,2\n', 'P*M', '(,'])('%j is of no compression', (start) => {
  expect(compressionOf(Buffer.from(start))).toBe('none')
})

test('an object of no bytes is empty', async () => {
  expect(await expand(Buffer.alloc(0))).toHaveLength(0)
})

const cutShort = (bytes: Buffer) => bytes.subarray(0, -5)
const damaged = (bytes: Buffer) => {
  const copy = Buffer.from(bytes)
  copy[bytes.length >> 1]! ^= 0xff
  return copy
}
const zstdChecked = zstdCompressSync(text, { params: { [constants.ZSTD_c_checksumFlag]: 1 } })

test.for<[string, Compression, Buffer]>([
  ['cut gzip', 'gzip', cutShort(gzipSync(text))],
  ['cut zstd', 'zstd', cutShort(zstdCompressSync(text))],
  ['damaged gzip', 'gzip', damaged(gzipSync(text))],
  ['damaged zstd', 'zstd', damaged(zstdChecked)],
  ['plain text as gzip', 'gzip', text],
  ['plain text as zstd', 'zstd', text],
  ['zstd as gzip', 'gzip', zstdCompressSync(text)],
  ['gzip with something behind it', 'gzip', Buffer.concat([gzipSync(text), text])],
  ['zstd with something behind it', 'zstd', Buffer.concat([zstdCompressSync(text), text])],
  ['a cut second member', 'gzip', Buffer.concat([gzipSync(text), cutShort(gzipSync(text))])],
  ['zeros alone', 'gzip', zeros],
])('%s is refused, not taken for less', async ([, compression, bytes]) => {
  for (const size of [1_000, 1 << 20]) {
    await expect(expand(bytes, { compression, size })).rejects.toMatchObject({
      code: 'compression_invalid',
      message: expect.stringContaining(`decompress s3://b/t.csv.gz: compression_invalid (no whole`),
    })
  }
})

test.for<Compression>(['gzip', 'zstd'])('a %s bomb stops at its bound', async (compression) => {
  const bomb =
    compression === 'gzip' ? gzipSync(Buffer.alloc(5e7)) : zstdCompressSync(Buffer.alloc(5e7))
  const { pieces, seen } = piecesOf(bomb, 100)
  const options = { uri: 's3://b/bomb', compression, bytesMax: 1e6 }
  let bytes = 0
  const draining = async () => {
    for await (const piece of decompress(pieces, options)) bytes += piece.length
  }
  await expect(draining()).rejects.toMatchObject({ code: 'too_large' })
  expect(bytes).toBeLessThanOrEqual(1e6)
  expect(seen.closed).toBe(true)
})

test('of the pieces that it has read, nothing is kept', async () => {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  const kept = (): number => {
    collect()
    return process.memoryUsage().heapUsed
  }
  const bytes = gzipSync(randomBytes(2_000_000), { level: 0 })
  let [before, after] = [0, 0]
  async function* pieces() {
    for (let at = 0, count = 0; at < bytes.length; at += 200, count += 1) {
      if (count === 1_000) before = kept()
      if (count === 10_000) after = kept()
      yield bytes.subarray(at, at + 200)
    }
  }
  const options = { uri: 'u', compression: 'gzip' as const, bytesMax: 1e9 }
  for await (const _ of decompress(pieces(), options));
  // Some hundred bytes of each would be three megabytes.
  expect(after - before).toBeLessThan(1_000_000)
  expect(after).toBeGreaterThan(0)
})

test('left early, it lets go of what it reads', async () => {
  const { pieces, seen } = piecesOf(gzipSync(text), 1_000)
  for await (const _ of decompress(pieces, { uri: 'u', compression: 'gzip', bytesMax: 1e9 })) break
  expect(seen.closed).toBe(true)
})

test('when reading fails, that failure is thrown', async () => {
  async function* pieces() {
    yield gzipSync(text).subarray(0, 100)
    throw new Error('the connection broke')
  }
  const options = { uri: 'u', compression: 'gzip' as const, bytesMax: 1e9 }
  await expect(Array.fromAsync(decompress(pieces(), options))).rejects.toThrow('connection broke')
})

const tools = ['gzip', 'zstd', 'pzstd'].filter((tool) => {
  try {
    return execFileSync(tool, ['--version'], { stdio: 'pipe' }).length >= 0
  } catch {
    console.warn(`${tool} is not installed: what it writes is not tried`)
    return false
  }
})

test.for(tools)('what %s itself writes is read', async (tool) => {
  const bytes = execFileSync(tool, ['-c'], { input: text, maxBuffer: 1e9 })
  const compression = tool === 'gzip' ? 'gzip' : 'zstd'
  expect((await expand(bytes, { compression })).equals(text)).toBe(true)
})
