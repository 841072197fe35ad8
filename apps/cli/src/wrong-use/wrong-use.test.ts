import { readdir } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { type Cloud, startCloud } from '@millrace/cloud'
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import { runCommandLine } from '../command-line.ts'
import { createWorld, temporaryFolder } from '../test-data.fixture.ts'
import { commandLineMistakes } from './command-line.fixture.ts'
import { fileMistakes } from './files.fixture.ts'
import { fill, type WrongUse } from './folder.fixture.ts'
import { jobMistakes } from './jobs.fixture.ts'
import { specMistakes } from './specs.fixture.ts'
import { stackMistakes, stackOutOfReach } from './stack.fixture.ts'
import { valueMistakes } from './values.fixture.ts'

/*
 * What people type that cannot work: each gets one clear sentence, exit code 2, and nothing is written. All of it is
 * refused before anything is started, so it is tried in this process; `e2e` tries what only the apps can tell.
 *
 * A stack that is out of reach is no wrong use, so the code is another one; it is told as plainly.
 */

const wrongUses = [
  ...commandLineMistakes,
  ...valueMistakes,
  ...fileMistakes,
  ...specMistakes,
  ...jobMistakes,
]

beforeEach(() => {
  for (const name of Object.keys(process.env)) {
    if (/^(AWS|MILLRACE)_/.test(name)) vi.stubEnv(name, undefined)
  }
})

/** Everything in the folder but the state of runs. */
async function filesIn(folder: string): Promise<string[]> {
  const names = await readdir(folder, { recursive: true })
  return names.filter((name) => !name.startsWith('.millrace')).sort()
}

let cloud: Cloud
beforeAll(async () => {
  cloud = await startCloud()
})
afterAll(async () => await cloud.close())

/** Those of a stack are made in the environment of a whole system. */
const all: readonly (WrongUse & { readonly ofStack?: true })[] = [
  ...wrongUses,
  ...stackOutOfReach,
  ...stackMistakes.map((mistake) => ({ ...mistake, ofStack: true as const })),
]

test.for(all)('$name gives one clear sentence and writes nothing', async (wrongUse) => {
  const folder = await temporaryFolder()
  await fill(folder)
  const before = await filesIn(folder)
  const home = process.cwd()
  process.chdir(folder)
  onTestFinished(() => process.chdir(home))
  const { args, says, stdin = '', code: wanted = 2, ofStack } = wrongUse
  const env = ofStack ? cloud.env : (wrongUse.env ?? {})
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value)
  const { world, said } = createWorld(env)
  const code = await runCommandLine(args, { ...world, stdin: Readable.from([stdin]) })
  expect(said()).toMatch(says)
  expect(said()).toMatch(/^millrace: (?!unexpected)/)
  expect(said()).not.toMatch(/^ +at /m)
  expect(code).toBe(wanted)
  expect(await filesIn(folder)).toEqual(before)
})
