import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
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

test('a disk that refuses the embedded ledger is told in two lines', async () => {
  // It throws once main hears of what nobody catches, and waits for its standard input.
  const thrown = `Object.assign(new Error('IO error: /s/5.log: No space left'), { code: 'LEVEL_IO_ERROR' })`
  const ledger = `process.on('newListener', (event) => {
    if (event === 'uncaughtException') setImmediate(() => { throw ${thrown} })
  })`
  const preload = `data:text/javascript,${encodeURIComponent(ledger)}`
  const child = spawn(process.execPath, ['--import', preload, main, 'plan', '-'], {
    stdio: ['pipe', 'ignore', 'pipe'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  const [told, [code]] = await Promise.all([text(child.stderr), once(child, 'close')])
  expect(told).toMatch(
    /^millrace: what the job .* written or read: IO error: .* No space left\n {2}see to that disk.*\n$/,
  )
  expect(code).toBe(1)
}, 30_000)

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
