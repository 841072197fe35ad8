import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Batch } from '@millrace/job'
import { createStorage, fileUri, readersFor } from '@millrace/storage'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Deps, scanBatches } from './scan-batches.ts'
import { collect, createDocuments, jobWith, never } from '../test-data.fixture.ts'

const storage = createStorage({})
let folder: string
let path: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-scan-'))
  path = join(folder, 'rows.csv')
  await writeFile(path, '1,"a\n""b"""\n22,\n'.repeat(600_000))
})
afterAll(async () => {
  await storage.close()
  await rm(folder, { recursive: true })
})

/** Threads as for the largest of files; says how many sets of them are alive. */
function withThreads() {
  const seen = { alive: 0 }
  const start: Deps['readersFor'] = (_, slots, glance) => {
    const readers = readersFor(Number.POSITIVE_INFINITY, slots, glance)
    seen.alive += 1
    return {
      ...readers,
      async [Symbol.asyncDispose]() {
        await readers[Symbol.asyncDispose]()
        seen.alive -= 1
      },
    }
  }
  return { start, seen }
}

async function* scan(start?: Deps['readersFor'], signal = never): AsyncGenerator<Batch> {
  const deps: Deps = {
    documents: createDocuments().documents,
    read: (object, aborted) => storage.read(object, { start: 0, end: object.bytes }, aborted),
    stream: storage.stream,
    ...(start === undefined ? {} : { readersFor: start }),
  }
  const objects = await storage.pin(fileUri(path), signal)
  const dataset = { objects, header: false, width: 2 }
  yield* scanBatches(deps, jobWith({ batching: { rows: 100 } }), dataset, signal)
}

test('read by threads, a file gives the same plan', async () => {
  const { start, seen } = withThreads()
  const batches = await collect(scan(start))
  expect(batches).toHaveLength(12_000)
  expect(batches).toEqual(await collect(scan()))
  expect(seen.alive).toBe(0)
})

test('on abort, leaves no thread', async () => {
  const { start, seen } = withThreads()
  const control = new AbortController()
  const scanning = async () => {
    for await (const { batch } of scan(start, control.signal)) {
      expect(seen.alive).toBe(1)
      if (batch === 2_000) control.abort(new Error('stopped'))
    }
  }
  await expect(scanning()).rejects.toThrow('stopped')
  expect(seen.alive).toBe(0)
})

test('a file that changes under the threads fails the plan', async () => {
  const { start, seen } = withThreads()
  const scanning = async () => {
    for await (const { batch } of scan(start)) if (batch === 0) await writeFile(path, '3,4\n')
  }
  await expect(scanning()).rejects.toMatchObject({ code: 'object_changed' })
  expect(seen.alive).toBe(0)
})
