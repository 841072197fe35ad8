import { execFileSync } from 'node:child_process'
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '../../..')

/** What credentials look like; the documentation's own examples end in EXAMPLE. */
const SECRETS: Readonly<Record<string, RegExp>> = {
  'an AWS access key': /\b(?:AKIA|ASIA)(?![A-Z0-9]*EXAMPLE)[A-Z0-9]{16}\b/,
  'a private key': /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----(?:\r?\n|(?:\\r)?\\n)[A-Za-z0-9+/]/,
  'an AWS secret key':
    /secret_?access_?key["'`\s:=]+(?![A-Za-z0-9/+]*EXAMPLE)[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+])/i,
  'a token of GitHub, npm or Slack':
    /\b(?:gh[pousr]_[A-Za-z0-9]{36}|github_pat_\w{50,}|npm_[A-Za-z0-9]{36}|xox[abpr]-[A-Za-z0-9-]{20,})\b/,
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

/** All but the last character of a secret key. */
const KEY = 'wJalrXUtnFEMIK7MDENGbPxRfiCYabcdefghijk'

// Put together here, so that this file holds none.
test.for([
  ['an AWS access key', 'of a person', ['AKIA', 'QWERTYUIOPASDFGH']],
  ['an AWS access key', 'of a session', ['ASIA', 'QWERTYUIOPASDFGH']],
  ['an AWS secret key', 'in a file', ['aws_secret_access_key = ', `${KEY}9`]],
  ['an AWS secret key', 'that ends in /', ['AWS_SECRET_ACCESS_KEY=', `${KEY}/\n`]],
  ['an AWS secret key', 'in code, that ends in +', ["secretAccessKey: '", `${KEY}+'`]],
  ['an AWS secret key', 'in JSON', ['"SecretAccessKey": "', `${KEY}9"`]],
  ['a private key', 'of RSA', ['-----BEGIN RSA', ' PRIVATE KEY-----\nMIIE']],
  ['a private key', 'with CRLF', ['-----BEGIN', ' PRIVATE KEY-----\r\nMIIE']],
  ['a private key', 'in JSON', ['"-----BEGIN OPENSSH', ' PRIVATE KEY-----\\nMIIE"']],
  ['a token of GitHub, npm or Slack', 'of GitHub', ['ghp_', 'a'.repeat(36)]],
  [
    'a token of GitHub, npm or Slack',
    'of GitHub, fine-grained',
    ['github_pat_', '1'.repeat(22), '_', 'a'.repeat(59)],
  ],
  ['a token of GitHub, npm or Slack', 'of npm', ['npm_', 'a'.repeat(36)]],
  ['a token of GitHub, npm or Slack', 'of Slack', ['xoxb-', '1'.repeat(24)]],
  ['a URL with a password', 'of a person', ['https:', '//me:hunter2@example.com/']],
] as const)('%s is found, %s', ([what, , pieces]) => {
  expect(findings(pieces.join(''))).toContain(what)
})

test("the documentation's own example is no secret", () => {
  const example = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY'
  expect(findings(`aws_secret_access_key = ${example}`)).toEqual([])
})
