import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { createStorage, fileUri } from '@millrace/storage'
import { expect, onTestFinished, test } from 'vitest'
import { jobId, never } from '../test-data.fixture.ts'
import { spoolJob } from './spool-job.ts'
import { createSpoolRoom } from './spool-room.ts'

test('while a dataset is decompressed, the job is noted as being worked on', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-spool-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  await writeFile(join(folder, 'rows.csv.gz'), gzipSync('1,2\n'))
  const storage = createStorage({})
  onTestFinished(() => storage.close())
  const ticked = Promise.withResolvers<void>()
  const notes: string[] = []
  const deps = {
    room: createSpoolRoom(),
    workUri: fileUri(`${folder}/work/`),
    logger: { info: () => {} },
    stillAt: async (...[job, reason]: readonly [string, string, AbortSignal]) =>
      void notes.push(`${job}: ${reason}`),
    async *ticks(signal: AbortSignal) {
      yield 1
      ticked.resolve()
      if (!signal.aborted) await once(signal, 'abort')
    },
    storage: {
      ...storage,
      async *decompress(...args: Parameters<typeof storage.decompress>) {
        await ticked.promise
        yield* storage.decompress(...args)
      },
    },
  }
  const objects = await storage.pin(fileUri(join(folder, 'rows.csv.gz')), never)
  const [copy] = await spoolJob(deps, { jobId }, objects, 'gzip', never)
  expect(copy).toMatchObject({ bytes: 4, source: objects[0] })
  expect(notes).toEqual([`${jobId}: its dataset is being decompressed`])
})
