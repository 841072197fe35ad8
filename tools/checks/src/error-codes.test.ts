import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

/*
 * Each code that an error can have is asked for by a test: a code that no test reaches is a way to
 * fail that nobody has seen.
 */

const root = join(import.meta.dirname, '../../..')
const read = (file: string): string => readFileSync(join(root, file), 'utf8')
const find = (pattern: string): string[] => globSync(pattern, { cwd: root }).sort()

const codes = find('{libs,apps,tools}/*/src/*-error.ts').flatMap((file) => {
  const project = file.split('/').slice(0, 2).join('/')
  return codesOf(read(file)).map((code) => ({ file, project, code }))
})

/** The keys of a table that says which codes are retryable, and the members of a union of codes. */
function codesOf(source: string): string[] {
  const tables = [...source.matchAll(/const \w+ = \{\n([\s\S]*?)\n\} as const satisfies Record/g)]
  const keys = tables.flatMap(([, body = '']) => [...body.matchAll(/^ {2}([a-z_]+): /gm)])
  const unions = [...source.matchAll(/type \w*Code =((?:\s*\|? ?'[a-z_]+'[^'\n]*)+)/g)]
  const members = unions.flatMap(([, body = '']) => [...body.matchAll(/'([a-z_]+)'/g)])
  return [...keys, ...members].map(([, code = '']) => code)
}

const tests = new Map<string, string>()
function testsOf(project: string): string {
  const known = tests.get(project)
  if (known !== undefined) return known
  const text = find(`{${project}/src/**,e2e/src}/*.test.ts`).map(read).join('\n')
  tests.set(project, text)
  return text
}

test('the tables and unions of codes are found', () => {
  expect(codes.length).toBeGreaterThan(75)
})

test.for(codes)('$code of $file is reached by a test', ({ project, code }) => {
  expect(new RegExp(`['"\`: /]${code}\\b`).test(testsOf(project))).toBe(true)
})
