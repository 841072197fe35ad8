import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable, Writable } from 'node:stream'
import { type Job, jobIdOf, jobSpecSchema } from '@millrace/job'
import { onTestFinished } from 'vitest'
import type { World } from './world.ts'

/** Small jobs, folders and terminals for the tests of this app. */
export function jobWith(facts: Partial<Job> = {}): Job {
  return {
    jobId: jobIdOf('token'),
    clientToken: 'token',
    spec: jobSpecSchema.parse({
      version: 1,
      dataset: { uri: 'file:///data/rows.csv' },
      endpoint: { name: 'churn-v3' },
      output: { uri: 'file:///data/scores.csv' },
      batching: { rows: 100 },
    }),
    state: 'running',
    partitions: 1,
    createdAt: 1_000,
    ...facts,
  }
}

/** A folder that is gone when the test is over. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-cli-'))
  onTestFinished(async () => await rm(folder, { recursive: true, force: true }))
  return folder
}

/** A stream that remembers what was written to it. */
export function createSink(isTTY = false) {
  const texts: string[] = []
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      texts.push(chunk.toString())
      done()
    },
  })
  return { stream: Object.assign(stream, { isTTY }) as unknown as NodeJS.WriteStream, texts }
}

/** A process around a verb, with this environment; `said` is what it wrote to both its streams. */
export function createWorld(env: World['env']): { world: World; said: () => string } {
  const { stream, texts } = createSink()
  const world: World = {
    stdin: Readable.from([]),
    stdout: stream,
    stderr: stream,
    env,
    stop: never,
    abort: never,
  }
  return { world, said: () => texts.join('') }
}

export const never = new AbortController().signal
