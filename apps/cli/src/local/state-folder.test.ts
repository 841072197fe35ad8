import { existsSync } from 'node:fs'
import { mkdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { jobIdOf } from '@millrace/job'
import { expect, test } from 'vitest'
import { jobWith, temporaryFolder } from '../test-data.fixture.ts'
import { jobFolders, linkRetry } from '../system/job-folders.ts'
import { openHostedSystem } from '../system/local-system.ts'
import type { EndpointAddress } from './endpoint-address.ts'
import { nameStateFolder, openStateFolder } from './state-folder.ts'

const { spec } = jobWith()
const input = { path: '/data/rows.csv', bytes: 100, changedAt: '1' }
const model = { path: '/data/model.json', bytes: 10, changedAt: '1' }
const kept = { fresh: false }
const afresh = { fresh: true }

/** The state of that run below a root, which is not made. */
const stateIn = (stateRoot: string) =>
  nameStateFolder(spec, { input, address: { model } }, stateRoot)

test('it lies below the root, with a place for each thing', async () => {
  const stateRoot = join(await temporaryFolder(), 'a b')
  const state = stateIn(stateRoot)
  expect(state.jobId).toBe(jobIdOf(state.clientToken))
  expect(state.path).toBe(join(stateRoot, state.jobId))
  expect(state.workUri).toMatch(/^file:\/\/\/.*a%20b\/j-[0-9a-f]+\/work\/$/)
  expect(existsSync(stateRoot)).toBe(false)
  await openStateFolder(state.path, kept)
  expect([state.ledger, state.logs].every((path) => existsSync(path))).toBe(true)
})

test('nobody but the user may look into it', async () => {
  const stateRoot = join(await temporaryFolder(), '.millrace')
  const { path } = stateIn(stateRoot)
  await openStateFolder(path, kept)
  const folders = [stateRoot, path, ...['ledger', 'work', 'logs'].map((name) => join(path, name))]
  const modes = await Promise.all(folders.map(async (folder) => (await stat(folder)).mode & 0o777))
  expect(modes).toEqual(folders.map(() => 0o700))
})

test('the same command on the same files is the same job', () => {
  expect(stateIn('/state')).toEqual(stateIn('/state'))
})

const files = { input, address: { model } }

test.for([
  ['another option', { ...spec, decision: { ...spec.decision, threshold: 0.7 } }, files],
  ['an input of another time', spec, { ...files, input: { ...input, changedAt: '2' } }],
  ['an input of another size', spec, { ...files, input: { ...input, bytes: 101 } }],
  ['a model of another time', spec, { input, address: { model: { ...model, changedAt: '2' } } }],
  ['no model', spec, { input, address: { region: 'us-east-1' } }],
] as const)('%s makes another job', ([, other, changed]) => {
  expect(nameStateFolder(other, changed, '/state').jobId).not.toBe(stateIn('/state').jobId)
})

test('an endpoint of the same name is another job wherever else it is', () => {
  const at = (address: EndpointAddress) => nameStateFolder(spec, { input, address }, '/state').jobId
  const addresses = [
    { region: 'us-east-1' },
    { region: 'eu-west-1' },
    { url: 'http://127.0.0.1:18081/' },
    { url: 'http://127.0.0.1:18082/' },
  ]
  expect(new Set(addresses.map(at)).size).toBe(addresses.length)
})

test('afresh, it forgets this job and its retries, and nothing else', async () => {
  const stateRoot = await temporaryFolder()
  const { path, jobId, ledger } = stateIn(stateRoot)
  await openStateFolder(path, kept)
  await linkRetry(path, jobIdOf('retry'))
  const [own, others] = [join(ledger, 'part'), join(stateRoot, 'other')]
  await Promise.all([writeFile(own, 'x'), writeFile(others, 'x')])
  await openStateFolder(path, kept)
  expect(existsSync(own)).toBe(true)
  await openStateFolder(path, afresh)
  expect([existsSync(own), existsSync(others)]).toEqual([false, true])
  expect(await jobFolders(stateRoot)).toEqual([jobId])
})

test('while a run is at work on it, it is not forgotten', async () => {
  const { path, ledger } = stateIn(await temporaryFolder())
  await openStateFolder(path, kept)
  const own = join(ledger, 'part')
  await writeFile(own, 'x')
  await using _atWork = await openHostedSystem(path)
  await expect(openStateFolder(path, afresh)).rejects.toThrow('in use by another process')
  expect(existsSync(own)).toBe(true)
})

test.for([
  ['of another version', 'version', '7\n'],
  ['whose ledger is broken', 'ledger/ledger/CURRENT', 'none\n'],
] as const)('a state %s is left as it is, and afresh begun anew', async ([, name, content]) => {
  const { path } = stateIn(await temporaryFolder())
  await mkdir(join(path, name, '..'), { recursive: true })
  await writeFile(join(path, name), content)
  const opening = async () => {
    await openStateFolder(path, kept)
    await using _held = await openHostedSystem(path)
  }
  await expect(opening()).rejects.toThrow(path)
  await openStateFolder(path, afresh)
  await opening()
})

test('when it cannot be made, says how to choose another place', async () => {
  const stateRoot = join(await temporaryFolder(), 'file')
  await writeFile(stateRoot, '')
  await expect(openStateFolder(stateIn(stateRoot).path, kept)).rejects.toMatchObject({
    message: expect.stringMatching(/cannot be made \((ENOTDIR|EEXIST)\)/),
    hint: expect.stringContaining('--state'),
  })
})

test.runIf(process.platform === 'linux')('where the kernel makes nothing, it ends', async () => {
  await expect(openStateFolder(stateIn('/proc/state').path, kept)).rejects.toMatchObject({
    message: expect.stringContaining('cannot be made'),
    exitCode: 2,
  })
})
