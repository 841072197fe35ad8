import { setImmediate } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import type { Backend } from './backend.ts'
import { type StreamOptions, streamObject } from './stream.ts'

const signal = new AbortController().signal
const bytes = Buffer.from(Array.from({ length: 1_003 }, (_, index) => (index * 7) % 251))
const object = { uri: 'file:///data.csv', bytes: bytes.length, version: '1' }

/** A backend whose reads end after `turns` turns of the event loop, and which counts them. */
function slowBackend(turns: (start: number) => number) {
  const seen = { running: 0, runningMax: 0, starts: [] as number[] }
  const readInto: Backend['readInto'] = async (_object, start, target, signal) => {
    seen.running += 1
    seen.runningMax = Math.max(seen.runningMax, seen.running)
    seen.starts.push(start)
    try {
      for (let turn = turns(start); turn > 0; turn -= 1) {
        await setImmediate()
        signal.throwIfAborted()
      }
      bytes.copy(target, 0, start, start + target.length)
    } finally {
      seen.running -= 1
    }
  }
  const streaming = { pieceBytes: 100, inFlight: 4 }
  return { backend: { readInto, streaming } as unknown as Backend, seen }
}

async function gather(backend: Backend, options: StreamOptions): Promise<Buffer> {
  const pieces: Buffer[] = []
  for await (const piece of streamObject(backend, object, options, signal)) {
    pieces.push(Buffer.from(piece))
  }
  return Buffer.concat(pieces)
}

describe('a stream', () => {
  test.for([
    [{}],
    [{ inFlight: 1 }],
    [{ pieceBytes: 1_003 }],
    [{ pieceBytes: 5_000 }],
    [{ start: 17 }],
    [{ start: 100, end: 900, pieceBytes: 7, inFlight: 9 }],
    [{ buffers: [Buffer.alloc(64), Buffer.alloc(70)] }],
    [{ start: 1, buffers: [Buffer.alloc(500), Buffer.alloc(500), Buffer.alloc(500)] }],
  ] as [StreamOptions][])('of %j gives its bytes in order', async ([options]) => {
    // Early pieces are slower than late ones, so that order is not an accident.
    const { backend } = slowBackend((start) => 5 - (start % 5))
    const wanted = bytes.subarray(options.start ?? 0, options.end ?? bytes.length)
    expect((await gather(backend, options)).equals(wanted)).toBe(true)
  })

  test.for([[{ start: 1_003 }], [{ start: 5, end: 5 }]])(
    'of nothing, %j, ends',
    async ([options]) => {
      const { backend, seen } = slowBackend(() => 1)
      expect((await gather(backend, options!)).length).toBe(0)
      expect(seen.starts).toEqual([])
    },
  )

  test('has as many reads in flight as asked for, and no more', async () => {
    const { backend, seen } = slowBackend(() => 3)
    await gather(backend, { inFlight: 3 })
    expect(seen.runningMax).toBe(3)
  })

  test('reads into the lent buffers and nowhere else', async () => {
    const { backend } = slowBackend(() => 1)
    const buffers = [Buffer.alloc(100), Buffer.alloc(100)]
    for await (const piece of streamObject(backend, object, { buffers }, signal)) {
      expect(buffers.map(({ buffer }) => buffer)).toContain(piece.buffer)
    }
  })

  test('leaves a lent piece alone until the next is asked for', async () => {
    const { backend } = slowBackend(() => 1)
    const buffers = [Buffer.alloc(100), Buffer.alloc(100)]
    let at = 0
    for await (const piece of streamObject(backend, object, { buffers }, signal)) {
      for (let turn = 0; turn < 5; turn += 1) await setImmediate()
      expect(bytes.subarray(at, at + piece.length).equals(piece)).toBe(true)
      at += piece.length
    }
  })

  test('without lent buffers, gives pieces that stay as they are', async () => {
    const { backend } = slowBackend(() => 1)
    const pieces: Uint8Array[] = []
    for await (const piece of streamObject(backend, object, {}, signal)) pieces.push(piece)
    expect(Buffer.concat(pieces).equals(bytes)).toBe(true)
  })

  test('that is left early has no read running any more', async () => {
    const { backend, seen } = slowBackend((start) => (start === 0 ? 1 : 50))
    const buffers = [Buffer.alloc(100), Buffer.alloc(100), Buffer.alloc(100)]
    for await (const _ of streamObject(backend, object, { buffers }, signal)) break
    expect(seen.running).toBe(0)
    expect(seen.starts).toEqual([0, 100, 200])
  })

  test('whose read fails throws in its turn and stops the others', async () => {
    const { backend, seen } = slowBackend((start) => (start === 200 ? 1 : 2))
    const failing: Backend = {
      ...backend,
      readInto: async (of, start, target, signal) => {
        await backend.readInto(of, start, target, signal)
        if (start === 200) throw new Error('broken at 200')
      },
    }
    let given = 0
    const draining = async () => {
      for await (const piece of streamObject(failing, object, {}, signal)) given += piece.length
    }
    await expect(draining()).rejects.toThrow('broken at 200')
    expect(given).toBe(200)
    expect(seen.running).toBe(0)
  })

  test('on abort, throws the reason', async () => {
    const { backend, seen } = slowBackend(() => 20)
    const stop = new AbortController()
    const stream = streamObject(backend, object, {}, stop.signal)
    const first = stream.next()
    stop.abort(new Error('drained'))
    await expect(first).rejects.toThrow('drained')
    expect(seen.running).toBe(0)
  })

  test('refuses a single lent buffer', async () => {
    const { backend } = slowBackend(() => 1)
    const stream = streamObject(backend, object, { buffers: [Buffer.alloc(9)] }, signal)
    await expect(stream.next()).rejects.toThrow('two buffers')
  })
})
