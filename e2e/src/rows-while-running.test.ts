import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { jobIdOf } from '@millrace/job'
import { expect, test } from 'vitest'
import { runCli } from './support/cli.ts'
import { BUCKET, type Fleet, startFleet } from './support/fleet.ts'
import { flights } from './support/flights.ts'
import { objectsOf } from './support/objects.ts'

const TOKEN = 'rows-while-running'
const JOB = jobIdOf(TOKEN)

/** `millrace get` of the job, answered in JSON lines. */
async function get(
  fleet: Fleet,
  cwd: string,
  ...args: string[]
): Promise<Record<string, unknown>[]> {
  const env = { ...fleet.cloud.env, MILLRACE_WORK_URI: `s3://${BUCKET}/work/` }
  const ended = await runCli(['get', JOB, '--json', ...args], { cwd, env })
  expect(ended.stderr).toBe('')
  return ended.stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
}

test('while a job runs, rows are right below the watermark, and right or pending above', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-e2e-'))
  await using fleet = await startFleet({ endpoint: { latencyMs: 500 } })
  await using _folder = { [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) }
  await objectsOf(fleet).put('data/features.csv', await readFile(flights.features, 'utf8'))
  fleet.start('producer')
  const consumer = fleet.start('consumer', { MILLRACE_CONCURRENCY: '3' })
  await fleet.submit(TOKEN, {
    version: 1,
    dataset: { uri: `s3://${BUCKET}/data/features.csv` },
    endpoint: { name: 'flights' },
    batching: { rows: 100 },
    output: { uri: `s3://${BUCKET}/results/late.csv` },
  })
  const watermark = async (): Promise<number> =>
    Number((await get(fleet, folder))[0]?.['rows'] ?? 0)
  await expect.poll(watermark, { timeout: 60_000, interval: 100 }).toBeGreaterThanOrEqual(500)

  // Stopped in the middle, so that what is recorded stands still while it is looked at.
  consumer.kill('SIGKILL')
  await once(consumer, 'exit')
  const [mark] = await get(fleet, folder)
  const rows = Number(mark?.['rows'])
  expect(mark).toMatchObject({ jobId: JOB, state: 'running', totalRows: 12_000 })
  expect(rows % 100).toBe(0)
  expect(rows).toBeLessThan(12_000)

  const answers = await get(fleet, folder, '--row', '0', '--count', '12000')
  const below = answers.slice(0, rows).map(({ prediction }) => prediction)
  expect(below).toEqual(flights.answers.slice(0, rows))
  expect(answers.at(-1)).toEqual({ kind: 'pending', row: 11_999 })
  // A part may have been put whose mark the consumer did not live to set: what is there is right.
  const above = answers.slice(rows).filter(({ kind }) => kind !== 'pending')
  expect(above.length).toBeLessThan(12_000 - rows)
  expect(above.map(({ prediction }) => prediction)).toEqual(
    above.map(({ row }) => flights.answers[Number(row)]),
  )

  fleet.start('consumer', { MILLRACE_CONCURRENCY: '64' })
  fleet.start('aggregator')
  expect((await fleet.ended(TOKEN)).state).toBe('succeeded')
  expect(await get(fleet, folder)).toMatchObject([{ rows: 12_000, state: 'succeeded' }])
  const last = await get(fleet, folder, '--row', '11999')
  expect(last).toEqual([{ kind: 'predicted', row: 11_999, prediction: flights.answers[11_999] }])
})
