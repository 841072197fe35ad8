import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { loadXgboostModel, type SageMakerBehaviour, startSageMaker } from '@millrace/endpoint'
import { expect, test } from 'vitest'
import {
  isAlive,
  type RunningCli,
  runCli,
  startCli,
  temporaryFolder,
  untilRecorded,
} from './support/cli.ts'
import { expectedResult, flights } from './support/flights.ts'

/*
 * An endpoint that costs money until somebody deletes it: whatever ends the run, nothing stands afterwards.
 */

const model = loadXgboostModel(flights.model)
const run = [
  ...['run', flights.features, '--temporary-endpoint', 'churn-v3', '--instance', 'ml.m5.xlarge:2'],
  ...['--batch-rows', '100', '--concurrency', '4', '--consumers', '1', '-o', 'late.csv'],
]

/** A folder, and a SageMaker of which the commands in it know. */
async function openPlace(behaviour: SageMakerBehaviour = {}) {
  const opened = new AsyncDisposableStack()
  const account = opened.use(await startSageMaker({ models: { 'churn-v3': model }, ...behaviour }))
  const folder = opened.use(await temporaryFolder())
  const env = {
    AWS_ENDPOINT_URL_SAGEMAKER: account.url,
    AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME: account.url,
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_REGION: 'us-east-1',
  }
  const timesAsked = (wanted: string): number =>
    account.calls.filter(({ operation }) => operation === wanted).length
  return {
    ...{ account, timesAsked, path: folder.path, options: { cwd: folder.path, env } },
    result: () => readFile(join(folder.path, 'late.csv'), 'utf8'),
    /** Notes of endpoints that may still stand. */
    notes: async () =>
      (await readdir(join(folder.path, '.millrace/endpoints'))).filter((name) =>
        name.endsWith('.json'),
      ),
    untilNothingStands: async () =>
      await expect.poll(account.endpoints, { interval: 50 }).toEqual({}),
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  }
}

test('an endpoint is made for the run, scores it and is deleted, and so for its retry', async () => {
  const poisonRows = [flights.rows[4_711] ?? '']
  await using place = await openPlace({ creatingMs: 700, serving: { poisonRows } })
  const { account, options } = place
  const ended = await runCli(run, options)
  expect(ended).toMatchObject({ code: 3 })
  expect(ended.stderr).toMatch(
    /making endpoint (millrace-churn-v3-\w{8}) of churn-v3 on 2 × ml\.m5/,
  )
  expect(ended.stderr).toMatch(/endpoint millrace-churn-v3-\w{8} is deleted, .*: about \$0\.\d+/)
  expect(account.endpoints()).toEqual({})
  expect(account.configs()).toEqual([])
  expect(await place.notes()).toEqual([])

  account.change({ serving: {} })
  const without = await runCli(['retry'], options)
  expect(without.code).toBe(2)
  expect(without.stderr).toContain('--temporary-endpoint churn-v3 --instance TYPE')
  const typed = ['--temporary-endpoint', 'churn-v3', '--instance', 'ml.m5.large']
  expect(await runCli(['retry', ...typed], options)).toMatchObject({ code: 0 })
  expect((await place.result()) === expectedResult()).toBe(true)
  expect(account.endpoints()).toEqual({})
  expect(place.timesAsked('CreateEndpoint')).toBe(2)

  // What has ended needs no endpoint.
  expect((await runCli(run, options)).stderr).toContain('has ended already')
  expect(place.timesAsked('CreateEndpoint')).toBe(2)

  // What the guide has allowed is what was asked for. Whoever makes something with tags needs to be allowed that, too.
  const operations = new Set(account.calls.map(({ operation }) => operation))
  const asked = [...operations, 'InvokeEndpoint', 'AddTags'].map((name) => `sagemaker:${name}`)
  expect(await allowedActions()).toEqual(asked.toSorted())
})

test('when the command is killed its endpoint is deleted; when its keeper is, another keeps it', async () => {
  await using place = await openPlace({ deletingMs: 300, serving: { latencyMs: 50 } })
  const { account, options } = place
  await using cli = startCli(run, options)
  await untilRecorded(place.path, 10)
  cli.child.kill('SIGKILL')
  await place.untilNothingStands()
  await expect.poll(place.notes).toEqual([])

  await using again = startCli(run, options)
  await expect.poll(() => Object.values(account.endpoints())).toEqual(['InService'])
  process.kill(keeperOf(again), 'SIGKILL')
  const continued = await again.ended
  expect(continued).toMatchObject({ code: 0, stderr: expect.stringContaining('continuing') })
  expect(continued.stderr).toContain('was started again')
  expect((await place.result()) === expectedResult()).toBe(true)
  await place.untilNothingStands()
  expect(account.configs()).toEqual([])
  expect(place.timesAsked('CreateEndpoint')).toBe(2)
})

test('what is left when both are killed is told, and deleted by the next run in the folder', async () => {
  await using place = await openPlace({ serving: { latencyMs: 50 } })
  const { account, options } = place
  await using cut = startCli(run, options)
  await untilRecorded(place.path, 10)
  await loseBoth(cut)
  expect(Object.values(account.endpoints())).toEqual(['InService'])
  const looked = await runCli(['doctor'], options)
  expect(looked.stdout).toMatch(/warning +left endpoints +millrace-churn-v3-\w{8} in us-east-1/)

  const other = ['run', '-', '--local-model', flights.model, '-o', 'other.csv']
  const ended = await runCli(other, { ...options, stdin: `${flights.rows[0]}\n` })
  expect(ended.stderr).toMatch(/millrace-churn-v3-\w{8} was left by a run that was cut off/)
  await place.untilNothingStands()
  await expect.poll(place.notes).toEqual([])
})

test('ctrl-C before it is there says so, and it is deleted when it is', async () => {
  await using place = await openPlace({ creatingMs: 6_000 })
  const { account } = place
  await using cli = startCli(run, place.options)
  await expect.poll(() => Object.values(account.endpoints())).toEqual(['Creating'])
  cli.child.kill('SIGINT')
  const stopped = await cli.ended
  expect(stopped).toMatchObject({ code: 130, stderr: expect.stringContaining('still being made') })
  await place.untilNothingStands()
  await expect.poll(place.notes).toEqual([])
  expect(account.configs()).toEqual([])
})

test('what cannot be made is said, and nothing is left of it', async () => {
  await using place = await openPlace({ failure: 'did not pass the ping health check' })
  const ended = await runCli(run, place.options)
  expect(ended).toMatchObject({ code: 1, stderr: expect.stringContaining('ping health check') })
  expect(place.account.endpoints()).toEqual({})
  expect(place.account.configs()).toEqual([])
  expect(await place.notes()).toEqual([])
  const typed = ['run', flights.features, '--instance', 'ml.m5.large', '--temporary-endpoint']
  const unknown = await runCli([...typed, 'churn-v9'], place.options)
  expect(unknown.code).toBe(2)
  expect(unknown.stderr).toContain('model churn-v9: SageMaker has none of that name in us-east-1')
})

test('what cannot be deleted is told however quiet the command is, and deleted when it can be', async () => {
  await using place = await openPlace()
  const { account, options } = place
  const denied = { status: 403, code: 'ExpiredTokenException', body: { message: 'has expired' } }
  account.change({ refuse: (call) => (call === 'DeleteEndpoint' ? denied : undefined) })
  await using cli = startCli([...run, '-q'], options)
  await expect.poll(() => place.timesAsked('DeleteEndpoint')).toBeGreaterThan(1)
  for (const _press of ['once', 'twice']) {
    cli.child.kill('SIGINT')
    await sleep(50)
  }
  const ended = await cli.ended
  expect(ended.stderr).toMatch(/is not deleted yet: has expired\. Its keeper tries it for an hour/)
  expect(Object.values(account.endpoints())).toEqual(['InService'])
  account.change({ refuse: () => undefined })
  await expect.poll(account.endpoints, { timeout: 40_000, interval: 100 }).toEqual({})
})

/** Of the policy in the guide. */
async function allowedActions(): Promise<string[]> {
  const guide = join(import.meta.dirname, '../../docs/temporary-endpoints.md')
  const [, policy = ''] = /```json\n(.*?)```/s.exec(await readFile(guide, 'utf8')) ?? []
  const { Statement: statements } = JSON.parse(policy) as {
    Statement: readonly { readonly Action: readonly string[] }[]
  }
  return statements.flatMap(({ Action }) => Action).toSorted()
}

function keeperOf(cli: RunningCli): number {
  const [pid, ...others] = cli.programs().get('keeper') ?? []
  if (pid === undefined || others.length > 0) throw new Error('wanted one keeper')
  return pid
}

/** As a loss of power does it: neither sees the other end. */
async function loseBoth(cli: RunningCli): Promise<void> {
  const keeper = keeperOf(cli)
  cli.child.kill('SIGSTOP')
  process.kill(keeper, 'SIGKILL')
  cli.child.kill('SIGKILL')
  await cli.ended
  await expect.poll(() => isAlive(keeper)).toBe(false)
}
