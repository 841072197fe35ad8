import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { shellWord } from './shell-word.ts'

test.for(['rows.csv', 'a b.csv', "it's.csv", '$(rm x)', 'ä#1.csv', '"', ''])(
  'a shell takes %j for one word',
  (name) => {
    const printed = execFileSync('/bin/sh', ['-c', `printf '%s|' ${shellWord(name)}`])
    expect(printed.toString()).toBe(`${name}|`)
  },
)

test('leaves usual names as they are', () => {
  expect(shellWord('data/rows-2026.csv')).toBe('data/rows-2026.csv')
})
