import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { jobIdOf } from '@millrace/job'
import { expect, test } from 'vitest'
import { jobWith, temporaryFolder } from '../test-data.fixture.ts'
import { openStateFolder } from './state-folder.ts'

const { spec } = jobWith()
const input = { path: '/data/rows.csv', bytes: 100, changedAt: '1' }
const model = { path: '/data/model.json', bytes: 10, changedAt: '1' }
const kept = { fresh: false }

test('it lies below the root, with a place for each thing', async () => {
  const stateRoot = join(await temporaryFolder(), 'a b')
  const state = await openStateFolder(spec, { input, model }, { stateRoot, ...kept })
  expect(state.jobId).toBe(jobIdOf(state.clientToken))
  expect(state.path).toBe(join(stateRoot, state.jobId))
  expect(state.workUri).toMatch(/^file:\/\/\/.*a%20b\/j-[0-9a-f]+\/work\/$/)
  expect([state.ledger, state.logs].every((path) => existsSync(path))).toBe(true)
})

test('the same command on the same files is the same job', async () => {
  const stateRoot = await temporaryFolder()
  const open = async () => await openStateFolder(spec, { input, model }, { stateRoot, ...kept })
  expect(await open()).toEqual(await open())
})

test.for([
  ['another option', { ...spec, decision: { ...spec.decision, threshold: 0.7 } }, { input, model }],
  ['an input of another time', spec, { input: { ...input, changedAt: '2' }, model }],
  ['an input of another size', spec, { input: { ...input, bytes: 101 }, model }],
  ['a model of another time', spec, { input, model: { ...model, changedAt: '2' } }],
  ['no model', spec, { input, model: undefined }],
] as const)('%s makes another job', async ([, other, files]) => {
  const stateRoot = await temporaryFolder()
  const usual = await openStateFolder(spec, { input, model }, { stateRoot, ...kept })
  const changed = await openStateFolder(other, files, { stateRoot, ...kept })
  expect(changed.jobId).not.toBe(usual.jobId)
})

test('fresh forgets what this job recorded, and nothing else', async () => {
  const stateRoot = await temporaryFolder()
  const state = await openStateFolder(spec, { input, model }, { stateRoot, ...kept })
  const [own, others] = [join(state.ledger, 'part'), join(stateRoot, 'other')]
  await Promise.all([writeFile(own, 'x'), writeFile(others, 'x')])
  await openStateFolder(spec, { input, model }, { stateRoot, ...kept })
  expect(existsSync(own)).toBe(true)
  await openStateFolder(spec, { input, model }, { stateRoot, fresh: true })
  expect([existsSync(own), existsSync(others)]).toEqual([false, true])
})

test('when it cannot be made, says how to choose another place', async () => {
  const stateRoot = join(await temporaryFolder(), 'file')
  await writeFile(stateRoot, '')
  const opening = openStateFolder(spec, { input, model }, { stateRoot, ...kept })
  await expect(opening).rejects.toMatchObject({
    message: expect.stringMatching(/cannot be made \((ENOTDIR|EEXIST)\)/),
    hint: expect.stringContaining('--state'),
  })
})

test.runIf(process.platform === 'linux')('where the kernel makes nothing, it ends', async () => {
  const stateRoot = '/proc/state'
  const opening = openStateFolder(spec, { input, model }, { stateRoot, ...kept })
  await expect(opening).rejects.toMatchObject({
    message: expect.stringContaining('cannot be made'),
    exitCode: 2,
  })
})
