import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { recordRun, runIn } from '../run/recorded-run.fixture.ts'
import { createWorld, temporaryFolder } from '../test-data.fixture.ts'
import { get, type GetOptions } from './get.ts'

async function perform(
  options: Partial<GetOptions>,
  answers: Parameters<typeof recordRun>[3] = {},
  left?: Parameters<typeof recordRun>[2],
) {
  const folder = await temporaryFolder()
  const { prepared } = await runIn(folder)
  await recordRun(prepared, undefined, left, answers)
  const { world, said } = createWorld({})
  const usual = { state: join(folder, '.millrace'), whereFailed: false, json: false }
  const exitCode = await get({ ...usual, ...options }, world)
  return { exitCode, said: said() }
}

test('how far a job is final is told as a count of rows', async () => {
  const said = 'the first 2 rows are final, of 2 (succeeded)\n'
  expect(await perform({})).toEqual({ exitCode: 0, said })
})

test.for([
  [{ row: 1 }, '1\t0.6\n'],
  [{ row: 0, count: 2 }, '0\t0.4\n1\t0.6\n'],
] as const)('%j tells those rows', async ([options, said]) => {
  expect(await perform(options)).toEqual({ exitCode: 0, said })
})

test('of rows beyond the end those that there are come first, and then where it ends', async () => {
  const said = '1\t0.6\nrows 1 to 5: the dataset ends with row 1\n'
  expect(await perform({ row: 1, count: 5 })).toEqual({ exitCode: 0, said })
})

test.for([
  [{ row: 2 }, 'row 2: the dataset ends with row 1'],
  [{ row: 7, count: 2 }, 'rows 7 to 8: the dataset ends with row 1'],
] as const)('%j, of which there is none, is refused', async ([options, message]) => {
  await expect(perform(options)).rejects.toMatchObject({ message, exitCode: 2 })
})

test.for([
  [{}, 'no row is final: the job ended before its rows were counted (failed)\n', 0],
  [{ row: 3 }, '3\tnot scored (failed)\n', 3],
] as const)(
  'of a job that failed before its plan, %j waits for nothing',
  async ([asked, said, exitCode]) => {
    expect(await perform(asked, {}, { state: 'failed' })).toEqual({ exitCode, said })
  },
)

test('while a job runs, a row that has no part is not there yet', async () => {
  const answer = await perform({ row: 3 }, {}, { state: 'planning' })
  expect(answer).toEqual({ exitCode: 3, said: '3\tnot yet\n' })
})

test('a result in place of its job is refused, with the job that it is of', async () => {
  const job = join(await temporaryFolder(), 'scores.csv')
  const outputs = [{ uri: 's3://results/scores.csv', bytes: 1, sha256: 'a'.repeat(64) }]
  const manifest = JSON.stringify({ jobId: 'j-4f2a', outputs })
  await writeFile(job.replace('.csv', '.manifest.json'), manifest)
  await expect(perform({ job })).rejects.toMatchObject({
    message: `${job}: is a result, wanted its job`,
    hint: 'its manifest says that it is of j-4f2a',
    exitCode: 2,
  })
})

test('what an endpoint says does not steer the terminal', async () => {
  const steering = '\u001b]0;owned\u0007\u009b2J\u202e'
  const failures = [{ row: 1, code: 'row_refused', message: steering }]
  const answers = { predictions: Buffer.from(`${steering}\n`), failures }
  const { said } = await perform({ row: 0, count: 2 }, answers)
  const shown = '\uFFFD]0;owned\uFFFD\uFFFD2J\uFFFD'
  expect(said).toBe(`0\t${shown}\n1\tfailed: row_refused: ${shown}\n`)
})

test('a count of rows wants the first of them', async () => {
  await expect(perform({ count: 2 })).rejects.toMatchObject({
    message: expect.stringContaining('wanted --row too'),
    exitCode: 2,
  })
})
