import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { startCloud } from '@millrace/cloud'
import { encodeJobRequest } from '@millrace/job'
import { cancelJob, createJob } from '@millrace/ledger'
import { publish } from '@millrace/queue'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { connectSystem } from '../system/connect-system.ts'
import { openHostedSystem } from '../system/local-system.ts'
import type { System } from '../system/system.ts'
import { createWorld, jobWith, temporaryFolder } from '../test-data.fixture.ts'
import type { World } from '../world.ts'
import { follow, watch } from './watch.ts'

vi.setConfig({ testTimeout: 30_000 })

const signal = AbortSignal.timeout(60_000)
const job = jobWith()
const { jobId } = job

/** A folder of runs with the one job, and a run at work on it. */
async function startRun() {
  const state = await temporaryFolder()
  const folder = join(state, jobId)
  await mkdir(join(folder, 'ledger'), { recursive: true })
  const run = await openHostedSystem(folder)
  onTestFinished(() => run[Symbol.asyncDispose]())
  return { state, folder, run }
}

const endJob = async ({ ledger }: System): Promise<unknown> =>
  await cancelJob(ledger, jobId, { now: 2_000 }, signal)

/** Watches the job, and does this at the first look that shows it. */
async function watchWhile(state: string, atFirst: () => PromiseLike<unknown>) {
  const { world, said } = createWorld({})
  const seen = Promise.withResolvers<void>()
  const { stdout } = world
  const telling = Object.assign(Object.create(stdout) as World['stdout'], {
    write: (text: string) => {
      seen.resolve()
      return stdout.write(text)
    },
  })
  const watching = watch({ state, job: jobId, json: true }, { ...world, stdout: telling })
  // What it ends with is asked below, and may come before.
  watching.catch(() => {})
  await seen.promise
  await atFirst()
  return { exitCode: await watching, said: said() }
}

const alone = {
  message: `${jobId}: no run is at work on it`,
  hint: 'the same millrace run continues it',
  exitCode: 1,
}

test('of an interrupted run it says what continues it, and lets go of the folder', async () => {
  const { state, folder, run } = await startRun()
  await createJob(run.ledger, job, signal)
  await run[Symbol.asyncDispose]()
  const { world } = createWorld({})
  const watching = watch({ state, job: jobId, json: false }, { ...world, stop: signal })
  await expect(watching).rejects.toMatchObject(alone)
  await using again = await openHostedSystem(folder)
  expect(again.isHost).toBe(true)
})

test('of a run that was interrupted before it had made its job, it says so too', async () => {
  const { state, run } = await startRun()
  await run[Symbol.asyncDispose]()
  const { world } = createWorld({})
  const watching = watch({ state, job: jobId, json: false }, { ...world, stop: signal })
  const hint = 'the same millrace run or millrace retry continues it'
  await expect(watching).rejects.toMatchObject({ ...alone, hint })
})

test('when the run and its services end between two looks, it shows how the job ended', async () => {
  const { state, run } = await startRun()
  await createJob(run.ledger, job, signal)
  const { exitCode, said } = await watchWhile(state, async () => {
    await endJob(run)
    await run[Symbol.asyncDispose]()
  })
  expect(exitCode).toBe(1)
  expect(said).toContain('"state":"cancelled"')
})

test('when the run is interrupted while it is watched, it says so', async () => {
  const { state, run } = await startRun()
  await createJob(run.ledger, job, signal)
  const watching = watchWhile(state, () => run[Symbol.asyncDispose]())
  await expect(watching).rejects.toMatchObject(alone)
})

test('a job that a run is about to make is waited for', async () => {
  const { state, run } = await startRun()
  const { world, said } = createWorld({})
  const watching = watch({ state, job: jobId, json: true }, { ...world, stop: signal })
  await createJob(run.ledger, job, signal)
  await expect.poll(said).toContain('"state":"running"')
  await endJob(run)
  expect(await watching).toBe(1)
})

describe('of a stack', () => {
  async function startStack() {
    const cloud = await startCloud()
    onTestFinished(() => cloud.close())
    const system = connectSystem('deployed', cloud.env)
    onTestFinished(() => system[Symbol.asyncDispose]())
    return { cloud, system }
  }

  // It takes the seconds after which a refusal is looked for.
  test('a job that was asked for is waited for until its request is refused', async () => {
    const { cloud, system } = await startStack()
    const body = encodeJobRequest({ clientToken: job.clientToken, spec: job.spec })
    const attributes = { code: 'request_refused', reason: 'not allowed' }
    await publish(system.deadLetters('jobs'), [{ body, attributes }], signal)
    const { world } = createWorld(cloud.env)
    const options = { job: jobId, region: 'us-east-1', json: true }
    await expect(watch(options, { ...world, stop: signal })).rejects.toMatchObject({
      message: `${jobId}: its request was set aside: not allowed (request_refused)`,
      exitCode: 1,
    })
  })

  // It takes the seconds after which a refusal is looked for.
  test('a request that was set aside long before is told, and that there is no job', async () => {
    const { cloud, system } = await startStack()
    const body = encodeJobRequest({ clientToken: job.clientToken, spec: job.spec })
    const at = '2026-11-24T13:00:00.000Z'
    const evidence = { code: 'request_refused', reason: 'not allowed', sentAt: at, rejectedAt: at }
    await publish(system.deadLetters('jobs'), [{ body, attributes: evidence }], signal)
    const { world, said } = createWorld(cloud.env)
    const stop = new AbortController()
    const options = { job: jobId, region: 'us-east-1', json: false }
    const watching = watch(options, { ...world, stop: stop.signal })
    const told = /its request of 2026.* was set aside: not allowed \(request_refused\); waiting/
    await expect.poll(said).toMatch(told)
    stop.abort()
    await expect(watching).rejects.toThrow()
    expect(said()).toContain(`there is no such job yet; millrace watch ${jobId} shows it`)
  })

  test('a job whose stack does not answer for a while is shown on when it does', async () => {
    const { cloud, system } = await startStack()
    await createJob(system.ledger, job, signal)
    let isAway = true
    const { client } = system.ledger
    const send: typeof client.send = async (...asked) => {
      if (isAway) throw Object.assign(new Error('connect'), { code: 'ECONNREFUSED' })
      return await client.send(...asked)
    }
    const ledger = { ...system.ledger, client: { send } }
    const { world, said } = createWorld(cloud.env)
    const watching = follow({ ...system, ledger }, jobId, { json: false }, world)
    await expect.poll(said).toMatch(/unavailable .*: looking again until/)
    isAway = false
    await expect.poll(said).toContain('the stack answers again\n')
    await endJob(system)
    expect(await watching).toBe(1)
  })
})
