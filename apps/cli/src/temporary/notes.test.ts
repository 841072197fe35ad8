import { readdir, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../test-data.fixture.ts'
import { churn } from './local-account.fixture.ts'
import { abandonedIn, isKeptBy, removeNote, touchNote, writeNote } from './notes.ts'

/** No process has it: Linux gives out less than 2²². */
const NO_PID = 2 ** 22 + 1
const path = (folder: string): string => join(folder, `${churn.name}.json`)

test('an endpoint is abandoned when the process of its keeper is gone', async () => {
  const folder = await temporaryFolder()
  await writeNote(folder, { endpoint: churn, keeper: { id: 'one', pid: NO_PID } })
  expect(await abandonedIn(folder)).toEqual([churn])
  await removeNote(folder, churn.name)
  expect(await readdir(folder)).toEqual([])
})

test('or when another process has its number since, which a keeper shows by touching its note', async () => {
  const folder = await temporaryFolder()
  await writeNote(folder, { endpoint: churn, keeper: { id: 'one', pid: process.pid } })
  expect(await abandonedIn(folder)).toEqual([])
  await utimes(path(folder), 1_000, 1_000)
  expect(await abandonedIn(folder)).toEqual([churn])
  await touchNote(folder, churn.name)
  expect(await abandonedIn(folder)).toEqual([])
})

test('who writes the note last keeps the endpoint', async () => {
  const folder = await temporaryFolder()
  await writeNote(folder, { endpoint: churn, keeper: { id: 'one', pid: NO_PID } })
  await writeNote(folder, { endpoint: churn, keeper: { id: 'other', pid: process.pid } })
  expect(await isKeptBy(folder, churn.name, 'one')).toBe(false)
  expect(await isKeptBy(folder, churn.name, 'other')).toBe(true)
  expect(await readdir(folder)).toEqual([`${churn.name}.json`])
})

test.for<[string, string]>([
  ['nothing', ''],
  ['a part of one', '{"endpoint":{"name":"millrace-'],
  ['an endpoint that is not ours', JSON.stringify({ endpoint: { ...churn, name: 'churn-v3' } })],
  [
    'one under the name of another',
    JSON.stringify({
      endpoint: { ...churn, name: 'millrace-other-1' },
      keeper: { id: 'one', pid: NO_PID },
    }),
  ],
])('a note that says %s has nothing deleted', async ([, text]) => {
  const folder = await temporaryFolder()
  await writeFile(path(folder), text)
  expect(await abandonedIn(folder)).toEqual([])
})

test('where there are no notes, there is nothing', async () => {
  expect(await abandonedIn(join(await temporaryFolder(), 'endpoints'))).toEqual([])
})
