import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'

// Programs are started, each of a fraction of a second.
vi.setConfig({ testTimeout: 60_000 })

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-check-'))
  // Gates that run `npm` hold, and note nothing.
  await writeFile(join(folder, 'npm'), '#!/bin/sh\n', { mode: 0o755 })
  await symlink(process.execPath, join(folder, 'node'))
  await writeFile(join(folder, 'notes.txt'), 'LedgerError throttled\n')
})
afterEach(() => rm(folder, { recursive: true, force: true }))

function check(...args: string[]) {
  const notes = join(folder, 'notes.txt')
  const program = join(import.meta.dirname, 'check.ts')
  const env = { ...process.env, PATH: `${folder}:/usr/bin:/bin`, MILLRACE_ERROR_CODES: notes }
  const { stderr } = spawnSync(process.execPath, [program, ...args], { env, encoding: 'utf8' })
  return { stderr, kept: existsSync(notes) }
}

test('with the tests, what an earlier run has noted counts for nothing', () => {
  const { stderr, kept } = check('tests', 'error-codes')
  expect(kept).toBe(false)
  expect(stderr).toContain('error codes: wanted what the tests have noted')
})

test('without the tests, what they have noted before is read', () => {
  const { stderr, kept } = check('error-codes', '--except-tests')
  expect(kept).toBe(true)
  expect(stderr).not.toContain('throttled (libs/ledger')
})
