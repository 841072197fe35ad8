import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { LAYOUTS } from './encode-predictions.ts'
import { FAULT_KINDS } from './faults.ts'

/* What `docs/local-endpoint.md` lists is what the program takes. */

const page = readFileSync(join(import.meta.dirname, '../../../docs/local-endpoint.md'), 'utf8')
const main = join(import.meta.dirname, 'main.ts')
const help = execFileSync(process.execPath, [main, '--help'], { encoding: 'utf8' })

/** What stands in code in the first column of the tables below a heading. */
const codesBelow = (heading: string): string[] =>
  (page.split(`## ${heading}\n`)[1]?.split('\n## ')[0] ?? '')
    .split('\n')
    .flatMap((line) => /^\| (`.*?) +\|/.exec(line)?.[1] ?? [])
    .flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code))

test('the page has each option of the help, and no other', () => {
  const options = [...help.matchAll(/^ {2}(--[a-z-]+ <[^>]+>)/gm)].map(([, option = '']) => option)
  expect(options.length).toBeGreaterThan(10)
  expect(codesBelow('Options').toSorted()).toEqual(options.toSorted())
})

test('the page has each kind of fault, and no other', () => {
  expect(codesBelow('Faults').toSorted()).toEqual(FAULT_KINDS.toSorted())
})

test('the page has each layout, and no other', () => {
  expect(codesBelow('What it answers').toSorted()).toEqual(LAYOUTS.toSorted())
})

test('the help tells a default in words where its value says nothing', () => {
  expect(help).toMatch(/\(default: a\s+free one\)/)
  expect(help).toMatch(/that fail so\s+\(default: none\)/)
})
