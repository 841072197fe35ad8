import { execFileSync } from 'node:child_process'
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '../../..')

/** What credentials look like; the documentation's own examples end in EXAMPLE. */
const SECRETS: Readonly<Record<string, RegExp>> = {
  'an AWS access key': /\b(?:AKIA|ASIA)(?![A-Z0-9]*EXAMPLE)[A-Z0-9]{16}\b/,
  'a private key': /-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----\n[A-Za-z0-9+/]/,
  'an AWS secret key':
    /aws_secret_access_key["'\s:=]+(?![A-Za-z0-9/+]*EXAMPLE)[A-Za-z0-9/+]{40}\b/i,
  'a token of GitHub, npm or Slack':
    /\b(?:gh[pousr]_[A-Za-z0-9]{36}|npm_[A-Za-z0-9]{36}|xox[abpr]-[A-Za-z0-9-]{20,})\b/,
  'a URL with a password': /\b[a-z]+:\/\/[^\s/:@"'`]+:[^\s/:@"'`$]+@[a-z0-9.-]+\.[a-z]{2,}/i,
}
const BYTES_MAX = 1_000_000

const tracked = execFileSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8' })
  .split('\0')
  .filter((file) => file !== '')

const findings = (text: string): string[] =>
  Object.entries(SECRETS).flatMap(([what, pattern]) => (pattern.test(text) ? [what] : []))

test('no tracked file holds a secret', () => {
  const found = tracked.flatMap((file) => {
    const path = join(root, file)
    const size = statSync(path, { throwIfNoEntry: false })?.size ?? BYTES_MAX
    if (size >= BYTES_MAX) return []
    return findings(readFileSync(path, 'latin1')).map((what) => `${file}: ${what}`)
  })
  expect(tracked.length).toBeGreaterThan(300)
  expect(found).toEqual([])
})

// Put together here, so that this file holds none.
test.for([
  ['an AWS access key', ['AKIA', 'QWERTYUIOPASDFGH']],
  ['a private key', ['-----BEGIN RSA', ' PRIVATE KEY-----\nMIIE']],
  ['a token of GitHub, npm or Slack', ['ghp_', 'a'.repeat(36)]],
  ['a URL with a password', ['https:', '//me:hunter2@example.com/']],
] as const)('%s is found', ([what, pieces]) => {
  expect(findings(pieces.join(''))).toContain(what)
})
