import { join } from 'node:path'
import { expect, test } from 'vitest'
import { recordRun, runIn } from '../run/recorded-run.fixture.ts'
import { createWorld, temporaryFolder } from '../test-data.fixture.ts'
import { get, type GetOptions } from './get.ts'

async function perform(options: Partial<GetOptions>) {
  const folder = await temporaryFolder()
  const { prepared } = await runIn(folder)
  await recordRun(prepared)
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

test('a count of rows wants the first of them', async () => {
  await expect(perform({ count: 2 })).rejects.toMatchObject({
    message: expect.stringContaining('wanted --row too'),
    exitCode: 2,
  })
})
