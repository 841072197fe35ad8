import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { readJob } from '@millrace/ledger'
import { expect, onTestFinished, test } from 'vitest'
import { openHostedSystem, openLocalSystem } from '../system/local-system.ts'
import type { System } from '../system/system.ts'
import { jobWith, never, temporaryFolder } from '../test-data.fixture.ts'
import { followSystem } from './follow-system.ts'

async function startRun(folder: string): Promise<System> {
  const run = await openHostedSystem(folder)
  onTestFinished(() => run[Symbol.asyncDispose]())
  return run
}

/** A run at work, and what another command sees of it. */
async function watchRun() {
  const folder = await temporaryFolder()
  await mkdir(join(folder, 'ledger'))
  const run = await startRun(folder)
  const seen = await openLocalSystem(folder)
  onTestFinished(() => seen[Symbol.asyncDispose]())
  return { folder, run, seen }
}

const look = async ({ ledger }: System) => await readJob(ledger, jobWith().jobId, never)

test('when the services have gone, the folder itself is asked, and let go of at the end', async () => {
  const { folder, run, seen } = await watchRun()
  {
    await using followed = followSystem(seen)
    await followed.ask(look, never)
    expect(followed.current).toBe(seen)
    await run[Symbol.asyncDispose]()
    await followed.ask(look, never)
    expect(followed.current.isHost).toBe(true)
  }
  await startRun(folder)
})

test('when another run has begun since, its services are asked', async () => {
  const { folder, run, seen } = await watchRun()
  await run[Symbol.asyncDispose]()
  const next = await startRun(folder)
  await using followed = followSystem(seen)
  await followed.ask(look, never)
  expect(followed.current).toMatchObject({ isHost: false, env: next.env })
})

test('while the services are there, a failure is one, and is not asked again', async () => {
  const { seen } = await watchRun()
  await using followed = followSystem(seen)
  let asked = 0
  const fail = async (): Promise<never> => {
    asked += 1
    throw new Error('corrupt')
  }
  await expect(followed.ask(fail, never)).rejects.toThrow('corrupt')
  expect(asked).toBe(1)
})
