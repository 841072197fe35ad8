import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const main = join(import.meta.dirname, 'main.ts')

test('when nobody reads standard error, the exit code stays right', async () => {
  const child = spawn(process.execPath, [main, 'rnu'], { stdio: ['ignore', 'ignore', 'pipe'] })
  // It goes before the process has started: its first sentence finds no reader.
  child.stderr.destroy()
  expect(await once(child, 'close')).toEqual([2, null])
}, 30_000)

test('a Node.js that does not read TypeScript is told in a sentence', () => {
  const bin = join(import.meta.dirname, 'bin.mjs')
  const wrong = spawnSync(process.execPath, ['--no-strip-types', bin, '--help'], {
    encoding: 'utf8',
  })
  expect(wrong).toMatchObject({ status: 2, stdout: '' })
  expect(wrong.stderr).toMatch(/^millrace: this is Node.js [\d.]+, .*`npx millrace`.*\n$/)
}, 30_000)
