import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '../../..')
const page = readFileSync(join(root, 'docs/threat-model.md'), 'utf8')
const threats = page.slice(page.indexOf('## Threats'), page.indexOf('## What is left'))
const rows = threats
  .split('\n')
  .filter((line) => line.startsWith('| ') && !/^\| (threat|---)/.test(line))
const citations = [...threats.matchAll(/`([^`]+\.test\.ts)` "((?:[^"\\]|\\.)+)"/g)].map(
  ([, file = '', title = '']) => ({ file, title: title.replaceAll('\\"', '"') }),
)

test('each threat of the model names a test', () => {
  expect(rows.length).toBeGreaterThanOrEqual(15)
  for (const row of rows) expect(row).toMatch(/\.test\.ts` "/)
})

test.for(citations)('the test "$title" of the threat model is there', ({ file, title }) => {
  expect(readFileSync(join(root, file), 'utf8')).toContain(title)
})
