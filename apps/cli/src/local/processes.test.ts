import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { temporaryFolder } from '../test-data.fixture.ts'
import { createProcesses } from './processes.ts'

const USERS = ['AWS_SECRET_ACCESS_KEY', 'HTTPS_PROXY', 'GITHUB_TOKEN']

test.for([
  ['that calls AWS has its keys and proxies', true, ['AWS_SECRET_ACCESS_KEY', 'HTTPS_PROXY']],
  ['that calls nobody has no keys and no proxy', false, []],
] as const)('a program %s, and nothing else of the user’s', async ([, callsOut, seen]) => {
  for (const name of USERS) vi.stubEnv(name, 'secret')
  onTestFinished(() => void vi.unstubAllEnvs())
  const logs = await temporaryFolder()
  const entry = join(logs, 'print.mjs')
  // By this exit code it is not begun again.
  await writeFile(entry, 'console.log(Object.keys(process.env).join(" ")); process.exitCode = 2\n')
  const ended = Promise.withResolvers<void>()
  const onGiveUp = () => ended.resolve()
  const processes = createProcesses({ logs, onGiveUp, onRestart: () => {} })
  await processes.start({ name: 'program', entry, env: { OWN: 'set' }, callsOut })
  await ended.promise
  const names = (await readFile(join(logs, 'program.log'), 'utf8')).trim().split(' ')
  expect(names).toEqual(expect.arrayContaining(['OWN', 'PATH', ...seen]))
  expect(USERS.filter((name) => names.includes(name))).toEqual(seen)
})
