import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type Job, jobIdOf } from '@millrace/job'
import { createJob } from '@millrace/ledger'
import { readPage } from '@millrace/report'
import { expect, test } from 'vitest'
import { recordRun, runIn } from '../run/recorded-run.fixture.ts'
import { useStack } from '../system/stack.fixture.ts'
import { createWorld, jobWith, never, temporaryFolder } from '../test-data.fixture.ts'
import { report } from './report.ts'
import type { ReportOptions } from './report-options.ts'

const stack = useStack()

const usual = { costFalsePositive: 1, costFalseNegative: 1 }

/** Of a run in the folder, with its files beside it. */
async function reportOfRun(folder: string, options: Partial<ReportOptions>): Promise<void> {
  const { prepared } = await runIn(folder)
  await recordRun(prepared)
  const { world } = createWorld({})
  await report({ ...usual, state: join(folder, '.millrace'), ...options }, world)
}

/** Of a job in the stack, whose files lie in the folder. */
async function reportOfJob(
  folder: string,
  options: Partial<ReportOptions>,
  state: Job['state'] = 'planning',
): Promise<void> {
  const uri = (name: string): string => pathToFileURL(join(folder, name)).href
  const { spec } = jobWith()
  const dataset = { ...spec.dataset, uri: uri('rows.csv') }
  const job = jobWith({
    ...{ jobId: jobIdOf(folder), state, createdAt: Math.floor(Date.now() / 1_000) },
    spec: { ...spec, dataset, output: { ...spec.output, uri: uri('out.csv') } },
  })
  await createJob(stack.system.ledger, job, never)
  const { world } = createWorld({ ...stack.env, MILLRACE_WORK_URI: uri('work/') })
  await report({ ...usual, region: 'us-east-1', job: job.jobId, ...options }, world)
}

test('of a recorded run, a page is drawn beside its files', async () => {
  const folder = await temporaryFolder()
  const out = join(folder, 'out.report.html')
  await reportOfRun(folder, { out })
  expect(readPage(await readFile(out, 'utf8'))).toMatchObject({ rows: { total: 2, predicted: 2 } })
})

test.for([
  ['planning', 'is still being planned (planning)', 2],
  ['failed', 'ended before its rows were counted (failed)', 1],
] as const)('of a job without rows that is %s, says so', async ([state, says, exitCode]) => {
  const folder = await temporaryFolder()
  const message = `${jobIdOf(folder)}: ${says}`
  await expect(reportOfJob(folder, {}, state)).rejects.toMatchObject({ message, exitCode })
})

// The look for a refused request ends with a poll of an empty queue, which takes a second.
test('of a name that is like one of the stack, asks whether that is meant', {
  timeout: 30_000,
}, async () => {
  const folder = await temporaryFolder()
  const job = jobIdOf(folder).slice(0, -1)
  await reportOfJob(folder, {}).catch(() => {})
  await expect(reportOfJob(await temporaryFolder(), { job })).rejects.toMatchObject({
    message: `${job}: no such job`,
    hint: `did you mean ${jobIdOf(folder)}?`,
    exitCode: 2,
  })
})

test('labels that are neither a file nor a column of the dataset are refused', async () => {
  const folder = await temporaryFolder()
  for (const labels of ['late', folder]) {
    await expect(reportOfRun(folder, { labels })).rejects.toMatchObject({
      message: `${labels}: is neither a file nor a column of the dataset`,
      hint: 'it has no header',
      exitCode: 2,
    })
  }
})

test.for([
  [{ labelColumn: 'late' }, '--label-column'],
  [{ positive: 'yes' }, '--positive'],
  [{ costFalsePositive: 20 }, '--cost-false-positive'],
  [{ costFalseNegative: 0 }, '--cost-false-negative'],
] as const)('without labels %j is refused', async ([options, name]) => {
  await expect(reportOfRun(await temporaryFolder(), options)).rejects.toMatchObject({
    message: `${name}: has no effect without --labels`,
    exitCode: 2,
  })
})

test('a column of a file of labels is refused beside labels that are a column', async () => {
  const options = { labels: '0', labelColumn: 'late' }
  await expect(reportOfRun(await temporaryFolder(), options)).rejects.toMatchObject({
    message: '--label-column late: has no effect beside --labels 0',
    exitCode: 2,
  })
})

const files = [
  ['out.csv', 'is the result itself'],
  ['out.errors.csv', 'is the file of failed rows itself'],
  ['out.manifest.json', 'is the manifest itself'],
  ['rows.csv', 'is the dataset itself'],
  ['labels.csv', 'is the file of labels itself'],
] as const

test.for([
  ...files.map((file) => ['run in a folder', ...file, reportOfRun] as const),
  ...files.map((file) => ['job of a stack', ...file, reportOfJob] as const),
])('of a %s, a page over %s is refused', async ([, name, refusal, draw]) => {
  const folder = await temporaryFolder()
  for (const [file] of files) await writeFile(join(folder, file), '1,2\n3,4\n')
  const [out, labels] = [join(folder, name), join(folder, 'labels.csv')]
  await expect(draw(folder, { out, labels })).rejects.toMatchObject({
    message: expect.stringContaining(refusal),
    exitCode: 2,
  })
  expect(await readFile(out, 'utf8')).toBe('1,2\n3,4\n')
})
