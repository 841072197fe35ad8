import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { settingsSchema } from './settings.ts'

/* The table of settings in `docs/deploy.md` is held to the schema that reads them. */

const page = readFileSync(join(import.meta.dirname, '../../docs/deploy.md'), 'utf8')
const [, table = ''] = /^## Settings\n(.*?)^## /ms.exec(page) ?? []
const rows = new Map(
  [...table.matchAll(/^\| `([^`]+)` +\| (.*?) +\| (.*?) +\|$/gm)].map(
    ([, path = '', standard = '', text = '']) => [path, { standard, text }],
  ),
)

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly items?: Schema
  readonly oneOf?: readonly Schema[]
  readonly anyOf?: readonly Schema[]
  readonly default?: unknown
}

interface Setting {
  readonly path: string
  readonly standard: unknown
  readonly isRequired: boolean
}

/** The settings below a schema; of a list `path[]`. What has no settings below it is one itself. */
function settingsOf(schema: Schema, path = '', isRequired = true): Setting[] {
  const { properties, items, oneOf, anyOf } = schema
  const ways = oneOf ?? anyOf
  if (ways?.some((way) => way.properties !== undefined)) {
    return ways.flatMap((way) => settingsOf(way, path, isRequired))
  }
  if (items?.properties !== undefined) return settingsOf(items, `${path}[]`, isRequired)
  if (properties === undefined) return [{ path, standard: schema.default, isRequired }]
  return Object.entries(properties).flatMap(([name, inner]) =>
    settingsOf(
      inner,
      path === '' ? name : `${path}.${name}`,
      schema.required?.includes(name) ?? false,
    ),
  )
}

const all = settingsOf(z.toJSONSchema(settingsSchema, { io: 'input' }) as Schema)

/** A setting has a row of its own, or is named in that of what it is a part of. */
const isTold = ({ path }: Setting): boolean => {
  if (rows.has(path)) return true
  const parent = path.slice(0, path.lastIndexOf('.'))
  return rows.get(parent)?.text.includes(`\`${path.slice(parent.length + 1)}\``) ?? false
}

test('the page tells each setting', () => {
  expect(all.length).toBeGreaterThan(30)
  // What a template may say is a page of its own.
  const wanted = all.filter(({ path }) => !path.startsWith('templates[].'))
  expect(wanted.filter((setting) => !isTold(setting)).map(({ path }) => path)).toEqual([])
})

test('the page tells no other', () => {
  const parts = (path: string): string => path.slice(0, path.lastIndexOf('.'))
  const known = new Set(all.flatMap(({ path }) => [path, parts(path)]))
  expect([...rows.keys()].filter((path) => !known.has(path))).toEqual([])
})

/** A default as the page writes it; lists that are empty and addresses are told in words. */
function written({ standard, isRequired }: Setting): RegExp {
  const text = typeof standard === 'string' ? standard : JSON.stringify(standard)
  if (standard === undefined) return isRequired ? /^required$/ : /^(?!required$)/
  return /^[\w./-]+$/.test(text) ? new RegExp(`^\`?${text}\`?$`) : /^(?!required$)[^`]+$/
}

test.for(all.filter(({ path }) => rows.has(path)))('the default of $path is told', (setting) => {
  expect(rows.get(setting.path)?.standard).toMatch(written(setting))
})
