import { createHash } from 'node:crypto'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileUri } from '@millrace/storage'
import { jobIdOf } from '@millrace/job'
import { expect, test } from 'vitest'
import { jobWith, never, temporaryFolder } from '../test-data.fixture.ts'
import { isAsWritten } from './as-written.ts'

const FILES = {
  'scores.csv': 'Prediction\n0.4\n\n',
  'scores.errors.csv': 'row\n1\n',
  'scores.report.html': '<p>',
}

/** A folder with what a job has written, and the job. */
async function written(names = Object.keys(FILES)) {
  const folder = await temporaryFolder()
  const at = (name: string): string => join(folder, name)
  const outputs = await Promise.all(
    Object.entries(FILES)
      .filter(([name]) => names.includes(name))
      .map(async ([name, text]) => {
        await writeFile(at(name), text)
        const sha256 = createHash('sha256').update(text).digest('hex')
        return { uri: fileUri(at(name)), bytes: text.length, sha256 }
      }),
  )
  const { spec } = jobWith()
  const output = { ...spec.output, uri: fileUri(at('scores.csv')) }
  const job = jobWith({ state: 'succeeded_with_failures', spec: { ...spec, output } })
  const manifest = (jobId: string) => JSON.stringify({ version: 1, jobId, outputs })
  await writeFile(at('scores.manifest.json'), manifest(job.jobId))
  return { job, at, manifest }
}

test('files that are what the manifest of the job says are its result', async () => {
  const { job, at } = await written()
  expect(await isAsWritten(job, never)).toBe(true)
  await writeFile(at('scores.report.html'), 'drawn anew')
  expect(await isAsWritten(job, never)).toBe(true)
})

test('a job without a failed row has no file of them', async () => {
  const { job } = await written(['scores.csv', 'scores.report.html'])
  expect(await isAsWritten(job, never)).toBe(true)
})

test.for([
  ['a result with another byte', 'scores.csv', 'Prediction\n0.5\n\n'],
  ['a shorter result', 'scores.csv', 'Prediction\n0.4\n'],
  ['no result', 'scores.csv', undefined],
  ['failed rows of another job', 'scores.errors.csv', 'row\n2\n'],
  ['no failed rows', 'scores.errors.csv', undefined],
  ['no manifest', 'scores.manifest.json', undefined],
  ['a cut manifest', 'scores.manifest.json', '{"version":1'],
  ['a manifest of nothing', 'scores.manifest.json', '{}'],
] as const)('%s is not what the job has written', async ([, name, text]) => {
  const { job, at } = await written()
  if (text === undefined) await rm(at(name))
  else await writeFile(at(name), text)
  expect(await isAsWritten(job, never)).toBe(false)
})

test('the whole result of another job is not what the job has written', async () => {
  const { job, at, manifest } = await written()
  await writeFile(at('scores.manifest.json'), manifest(jobIdOf('another')))
  expect(await isAsWritten(job, never)).toBe(false)
})
