import { readdir, rm, utimes, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../test-data.fixture.ts'
import { churn } from './local-account.fixture.ts'
import {
  abandonedIn,
  isKeptByAnother,
  newKeeper,
  noteOf,
  placeOf,
  removeNote,
  touchNote,
  writeNote,
} from './notes.ts'

/** No process has it: Linux gives out less than 2²². */
const gone = { id: 'gone', pid: 2 ** 22 + 1, host: hostname() }
const elsewhere = { id: 'elsewhere', pid: process.pid, host: 'another-machine' }
const path = (folder: string): string => join(folder, `${churn.name}.json`)

test('an endpoint is abandoned when the process of its keeper is gone', async () => {
  const folder = await temporaryFolder()
  await writeNote(folder, { endpoint: churn, keeper: gone, account: '000000000000' })
  expect(await abandonedIn(folder)).toEqual([{ endpoint: churn, keeperId: 'gone' }])
  expect((await noteOf(folder, churn.name))?.account).toBe('000000000000')
  await removeNote(folder, churn.name)
  expect(await readdir(folder)).toEqual([])
})

test('of another machine the note alone tells, which its keeper touches', async () => {
  const folder = await temporaryFolder()
  const note = { endpoint: churn, keeper: elsewhere }
  await writeNote(folder, note)
  expect(await abandonedIn(folder)).toEqual([])
  await utimes(path(folder), 1_000, 1_000)
  expect(await abandonedIn(folder)).toEqual([{ endpoint: churn, keeperId: 'elsewhere' }])
  await touchNote(folder, note)
  expect(await abandonedIn(folder)).toEqual([])
})

test('who writes the note last keeps the endpoint', async () => {
  const folder = await temporaryFolder()
  const keeper = newKeeper()
  await writeNote(folder, { endpoint: churn, keeper: gone })
  await writeNote(folder, { endpoint: churn, keeper })
  expect(await isKeptByAnother(folder, churn.name, 'gone')).toBe(true)
  expect(await isKeptByAnother(folder, churn.name, keeper.id)).toBe(false)
  expect(await readdir(folder)).toEqual([`${churn.name}.json`])
})

test('a note that somebody has removed says nothing of another keeper, and is there again', async () => {
  const folder = join(await temporaryFolder(), 'endpoints')
  const note = { endpoint: churn, keeper: newKeeper() }
  await writeNote(folder, note)
  await rm(folder, { recursive: true })
  expect(await isKeptByAnother(folder, churn.name, note.keeper.id)).toBe(false)
  await touchNote(folder, note)
  expect(await readdir(folder)).toEqual([`${churn.name}.json`])
})

test.for<[string, string]>([
  ['nothing', ''],
  ['a part of one', '{"endpoint":{"name":"millrace-'],
  [
    'an endpoint that is not ours',
    JSON.stringify({ endpoint: { ...churn, name: 'churn-v3' }, keeper: gone }),
  ],
  [
    'one under the name of another',
    JSON.stringify({ endpoint: { ...churn, name: 'millrace-other-1' }, keeper: gone }),
  ],
  [
    'a region that is a host',
    JSON.stringify({ endpoint: { ...churn, region: 'example.com/' }, keeper: gone }),
  ],
])('a note that says %s has nothing deleted', async ([, text]) => {
  const folder = await temporaryFolder()
  await writeFile(path(folder), text)
  expect(await abandonedIn(folder)).toEqual([])
})

test('where there are no notes, there is nothing', async () => {
  expect(await abandonedIn(join(await temporaryFolder(), 'endpoints'))).toEqual([])
})

test('a state folder has a name of its own that lasts, and no other has', async () => {
  const [one, other] = [await temporaryFolder(), await temporaryFolder()]
  const place = await placeOf(one)
  expect(await placeOf(one)).toBe(place)
  expect(await placeOf(other)).not.toBe(place)
})
