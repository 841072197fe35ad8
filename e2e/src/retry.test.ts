import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { loadXgboostModel, startEndpoint } from '@millrace/endpoint'
import {
  encodeJobRequest,
  type Job,
  jobIdOf,
  type JobRequest,
  jobSpecSchema,
  type JobSpecInput,
} from '@millrace/job'
import { cancelJob, readJob, readProgress } from '@millrace/ledger'
import { publish } from '@millrace/queue'
import { expect, test } from 'vitest'
import { runCli, temporaryFolder } from './support/cli.ts'
import { expectedResult, flights } from './support/flights.ts'
import { BUCKET, type Fleet, startFleet } from './support/fleet.ts'
import { objectsOf } from './support/objects.ts'
import { messagesIn } from './support/until.ts'

/*
 * Rows that the endpoint refuses at first and takes later, beside rows that no endpoint can take: those
 * are too short, and fail for another reason. A retry must mend the former, each by itself.
 */

const ROWS = 2_400
const BATCH = 50
const healthy = flights.rows.slice(0, ROWS)
/** One in 47 rows, so that some batches have one, some two, and some none. */
const poison = new Set(healthy.filter((_, row) => row % 47 === 13))
/** Rows with the same text are poison together. */
const poisonRows = healthy.flatMap((text, row) => (poison.has(text) ? [row] : []))
const shortRows = [50, 1_313, 2_000].filter((row) => !poisonRows.includes(row))
const rows = healthy.map((text, row) =>
  shortRows.includes(row) ? text.slice(0, text.lastIndexOf(',')) : text,
)
const signal = AbortSignal.timeout(300_000)

/** The result in which exactly these rows have no prediction. */
function resultWithout(failed: readonly number[]): string {
  const without = new Set(failed)
  const lines = expectedResult(flights.answers.slice(0, ROWS)).split('\n')
  return lines.map((line, index) => (without.has(index - 1) ? ',' : line)).join('\n')
}

const spec = (change: Partial<JobSpecInput> = {}): JobSpecInput => ({
  version: 1,
  dataset: { uri: `s3://${BUCKET}/data/flights.csv` },
  endpoint: { name: 'flights' },
  batching: { rows: BATCH },
  output: { uri: `s3://${BUCKET}/results/late.csv` },
  ...change,
})

/** A fleet, and every row that its endpoint is sent. */
async function startWork(endpoint: Parameters<Fleet['endpoint']['change']>[0] = {}) {
  const sent: string[] = []
  const fleet = await startFleet({
    endpoint: {
      ...endpoint,
      onInvocation: ({ payload }) => void sent.push(...payload.toString().trimEnd().split('\n')),
    },
  })
  await objectsOf(fleet).put('data/flights.csv', `${rows.join('\n')}\n`)
  const ask = async (request: JobRequest): Promise<void> =>
    void (await publish(fleet.queues.jobs, [{ body: encodeJobRequest(request) }], signal))
  const retry = async (base: Job, token: string, reasons?: readonly string[]): Promise<void> => {
    const retryOf = { jobId: base.jobId, ...(reasons === undefined ? {} : { reasons }) }
    await ask({ clientToken: token, spec: jobSpecSchema.parse(spec()), retryOf })
  }
  return { fleet, sent, retry }
}

test('a retry invokes only the rows that failed for its reason, and mends the result', async () => {
  const { fleet, sent, retry } = await startWork({ poisonRows: (row) => poison.has(row) })
  await using _fleet = fleet
  for (const app of ['producer', 'consumer', 'aggregator'] as const) fleet.start(app)
  await fleet.submit('base', spec())
  const base = await fleet.ended('base')
  expect(base.state).toBe('succeeded_with_failures')
  const objects = objectsOf(fleet)
  const failed = [...poisonRows, ...shortRows]
  expect((await objects.get('results/late.csv')) === resultWithout(failed)).toBe(true)

  sent.length = 0
  fleet.endpoint.change({ poisonRows: [] })
  await retry(base, 'retry', ['rows_rejected'])
  const mended = await fleet.ended('retry')
  expect(mended).toMatchObject({
    state: 'succeeded_with_failures',
    retryOf: { jobId: base.jobId, reasons: ['rows_rejected'], layers: [base.jobId] },
  })
  expect((await objects.get('results/late.csv')) === resultWithout(shortRows)).toBe(true)
  // Each row once, and one of them before the others, to see whether the endpoint is there.
  expect(sent.filter((row) => !poison.has(row))).toEqual([])
  expect(sent).toHaveLength(poisonRows.length + 1)

  const manifest = JSON.parse((await objects.get('results/late.manifest.json')) ?? '') as object
  expect(manifest).toMatchObject({
    jobId: mended.jobId,
    rows: {
      total: ROWS,
      failed: shortRows.length,
      failedByCode: { row_width: shortRows.length },
    },
    history: [
      { jobId: base.jobId, rows: { invoked: ROWS, predicted: ROWS - failed.length } },
      {
        jobId: mended.jobId,
        reasons: ['rows_rejected'],
        rows: { invoked: poisonRows.length, predicted: poisonRows.length },
      },
    ],
  })

  // A second retry of the same job is refused, and one of nothing: their messages are set aside.
  await retry(base, 'too late', ['row_width'])
  await retry(mended, 'for nothing', ['rows_rejected'])
  // Asked for twice at once, the next one is one job; a row that is too short is never sent.
  sent.length = 0
  await Promise.all([retry(mended, 'again', ['row_width']), retry(mended, 'again', ['row_width'])])
  expect(await fleet.ended('again')).toMatchObject({
    state: 'succeeded_with_failures',
    retryOf: { layers: [mended.jobId, base.jobId] },
  })
  await expect.poll(() => messagesIn(fleet.deadLetters('jobs'))).toBe(2)
  for (const token of ['too late', 'for nothing']) {
    expect(await readJob(fleet.ledger, jobIdOf(token), signal)).toBeUndefined()
  }
  expect(sent).toEqual([])
  expect((await objects.get('results/late.csv')) === resultWithout(shortRows)).toBe(true)
})

test('a cancelled job is completed by its retry, whatever is killed meanwhile', async () => {
  const { fleet, sent, retry } = await startWork({
    poisonRows: (row) => poison.has(row),
    latencyMs: 100,
  })
  await using _fleet = fleet
  const apps = ['producer', 'consumer', 'aggregator'] as const
  const running = apps.map((app) => fleet.start(app))
  await fleet.submit('base', spec())
  const progress = async () => await readProgress(fleet.ledger, jobIdOf('base'), signal)
  await expect
    .poll(async () => (await progress()).done.size, { timeout: 60_000, interval: 20 })
    .toBeGreaterThan(8)
  await cancelJob(fleet.ledger, jobIdOf('base'), { now: Math.floor(Date.now() / 1_000) }, signal)
  const base = await fleet.ended('base')
  // What is under way when a job is cancelled is let finish, and recorded.
  await expect.poll(() => fleet.endpoint.stats.inFlight).toBe(0)
  expect(await objectsOf(fleet).get('results/late.csv')).toBeUndefined()

  const { done } = await progress()
  const missing = new Set(rows.filter((_, row) => !done.has(Math.floor(row / BATCH))))
  sent.length = 0
  fleet.endpoint.change({ poisonRows: [] })
  await retry(base, 'retry')
  await expect.poll(() => sent.length, { interval: 10 }).toBeGreaterThan(50)
  for (const app of running) app.kill('SIGKILL')
  for (const app of apps) fleet.start(app)
  await retry(base, 'retry')
  expect(await fleet.ended('retry')).toMatchObject({ state: 'succeeded_with_failures' })
  expect((await objectsOf(fleet).get('results/late.csv')) === resultWithout(shortRows)).toBe(true)
  expect(sent.filter((row) => !poison.has(row) && !missing.has(row))).toEqual([])
})

test('millrace retry mends a run on this machine, in place and step by step', async () => {
  await using folder = await temporaryFolder()
  const cwd = folder.path
  const refused = new Set(poison)
  await using endpoint = await startEndpoint({
    name: 'flights',
    model: loadXgboostModel(flights.model),
    poisonRows: (row) => refused.has(row),
  })
  const place = ['--endpoint-url', endpoint.url]
  await writeFile(join(cwd, 'rows.csv'), `${healthy.join('\n')}\n`)
  const run = ['run', 'rows.csv', '--endpoint', 'flights', ...place, '--out', 'late.csv']
  expect((await runCli([...run, '--batch-rows', String(BATCH)], { cwd })).code).toBe(3)
  const result = async () => await readFile(join(cwd, 'late.csv'), 'utf8')
  expect((await result()) === resultWithout(poisonRows)).toBe(true)

  const nothing = await runCli(['retry', '--reason', 'model_failed', ...place], { cwd })
  expect(nothing.stderr).toContain(`it has rows_rejected ${poisonRows.length}`)
  expect(nothing.code).toBe(1)

  const [stubborn = ''] = poison
  refused.clear()
  refused.add(stubborn)
  const left = poisonRows.filter((row) => flights.rows[row] === stubborn)
  const first = await runCli(['retry', '--reason', 'rows_rejected', ...place], { cwd })
  expect(first).toMatchObject({ code: 3, stderr: expect.stringContaining(`${left.length} failed`) })
  expect((await result()) === resultWithout(left)).toBe(true)

  // The last one through another endpoint, which takes every row.
  await using other = await startEndpoint({
    name: 'flights-v2',
    model: loadXgboostModel(flights.model),
  })
  const elsewhere = ['--endpoint', 'flights-v2', '--endpoint-url', other.url]
  const [base = ''] = await list(cwd, ({ retryOf }) => retryOf === undefined)
  const second = await runCli(['retry', base, ...elsewhere, '--json'], { cwd })
  expect(JSON.parse(second.stdout)).toMatchObject({ state: 'succeeded', rows: ROWS })
  expect((await result()) === resultWithout([])).toBe(true)
  expect(other.stats.rows).toBe(left.length + 1)
  const manifest = JSON.parse(await readFile(join(cwd, 'late.manifest.json'), 'utf8')) as object
  expect(manifest).toMatchObject({
    variantChanged: true,
    history: [
      { endpoint: { name: 'flights' }, rows: { invoked: ROWS } },
      { endpoint: { name: 'flights' }, rows: { invoked: poisonRows.length } },
      { endpoint: { name: 'flights-v2' }, rows: { invoked: left.length, predicted: left.length } },
    ],
  })
  const status = await runCli(['status'], { cwd })
  expect(status.stdout).toMatch(/^retry of +j-/m)
  const rescored = await runCli(['get', '--row', String(left[0]), '--json'], { cwd })
  expect(JSON.parse(rescored.stdout)).toMatchObject({ kind: 'predicted' })
  const again = await runCli([...run, '--batch-rows', String(BATCH)], { cwd })
  expect(again).toMatchObject({ code: 0, stderr: expect.stringContaining('has ended already') })
})

async function list(cwd: string, matches: (job: Job) => boolean): Promise<string[]> {
  const { stdout } = await runCli(['list', '--json'], { cwd })
  return (JSON.parse(stdout) as Job[]).filter(matches).map(({ jobId }) => jobId)
}
