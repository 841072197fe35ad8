import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { startSilentSts } from './local/silent-sts.fixture.ts'

const main = join(import.meta.dirname, 'main.ts')

test('when nobody reads standard error, the exit code stays right', async () => {
  const child = spawn(process.execPath, [main, 'rnu'], { stdio: ['ignore', 'ignore', 'pipe'] })
  // It goes before the process has started: its first sentence finds no reader.
  child.stderr.destroy()
  expect(await once(child, 'close')).toEqual([2, null])
})

test.runIf(process.platform === 'linux')(
  'a full disk behind standard output is told',
  () => {
    const full = openSync('/dev/full', 'w')
    onTestFinished(() => closeSync(full))
    const ended = spawnSync(process.execPath, [main, '--help'], {
      stdio: ['ignore', full, 'pipe'],
      encoding: 'utf8',
    })
    expect(ended.stderr).toBe('millrace: standard output: cannot be written (ENOSPC)\n')
    expect(ended.status).toBe(1)
  },
  30_000,
)

test('what takes no signal is waited for no longer when somebody asks a second time', async () => {
  const { asked, env } = await startSilentSts()
  const child = spawn(process.execPath, [main, 'plan', 's3://tables/rows.csv'], {
    stdio: 'ignore',
    env: { ...process.env, ...env },
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  await asked
  const closed = once(child, 'close')
  child.kill('SIGINT')
  child.kill('SIGTERM')
  expect(await closed).toEqual([130, null])
})

test('a Node.js that does not read TypeScript is told in a sentence', () => {
  const bin = join(import.meta.dirname, 'bin.mjs')
  const wrong = spawnSync(process.execPath, ['--no-strip-types', bin, '--help'], {
    encoding: 'utf8',
  })
  expect(wrong).toMatchObject({ status: 2, stdout: '' })
  expect(wrong.stderr).toMatch(/^millrace: this is Node.js [\d.]+, .*`npx millrace`.*\n$/)
})
