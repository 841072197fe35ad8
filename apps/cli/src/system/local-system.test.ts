import { mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { startCloud } from '@millrace/cloud'
import { expect, onTestFinished, test } from 'vitest'
import { temporaryFolder } from '../test-data.fixture.ts'
import { openHostedSystem, openLocalSystem } from './local-system.ts'

async function createFolder(): Promise<string> {
  const folder = await temporaryFolder()
  await mkdir(join(folder, 'ledger'))
  return folder
}

/** Another command that has the folder, of which there is no note. */
async function startLook(folder: string) {
  const cloud = await startCloud({ stateDir: join(folder, 'ledger') })
  onTestFinished(() => cloud.close())
  return cloud
}

test('beside a run at work, its services are found, and no other run begins', async () => {
  const folder = await createFolder()
  await using run = await openHostedSystem(folder)
  await using found = await openLocalSystem(folder)
  expect(found.isHost).toBe(false)
  expect(found.env).toEqual(run.env)
  await expect(openHostedSystem(folder)).rejects.toMatchObject({
    message: expect.stringContaining('the folder is in use by another process'),
    hint: expect.stringContaining('millrace watch'),
  })
})

test('only the user may read where the services of a run are', async () => {
  const folder = await createFolder()
  await using run = await openHostedSystem(folder)
  const note = join(folder, 'services.json')
  expect((await stat(note)).mode & 0o777).toBe(0o600)
  expect(await readFile(note, 'utf8')).toContain(run.env['AWS_ACCESS_KEY_ID'])
})

test.for([
  ['a look', openLocalSystem],
  ['a run', openHostedSystem],
] as const)('%s waits a moment for a command that has the folder', async ([, open]) => {
  const folder = await createFolder()
  const other = await startLook(folder)
  const opening = open(folder)
  // By the time that these are refused, it has tried as well.
  for (let attempt = 0; attempt < 3; attempt += 1) {
    await expect(startLook(folder)).rejects.toMatchObject({ code: 'state_in_use' })
  }
  await other.close()
  await using opened = await opening
  expect(opened.isHost).toBe(true)
})

test('when stopped, it waits for nobody', async () => {
  const folder = await createFolder()
  await startLook(folder)
  const opening = openLocalSystem(folder, AbortSignal.abort())
  await expect(opening).rejects.toMatchObject({ name: 'AbortError' })
})

test('half a note of a run that was killed is no note', async () => {
  const folder = await createFolder()
  await writeFile(join(folder, 'services.json'), '{"pid":1,"env":{')
  await using opened = await openLocalSystem(folder)
  expect(opened.isHost).toBe(true)
})
