import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { configSchema as aggregator } from '@millrace/aggregator/config'
import { configSchema as consumer } from '@millrace/consumer/config'
import { configSchema as producer } from '@millrace/producer/config'
import { expect, test } from 'vitest'
import { z } from 'zod'

/* What `docs/configuration.md` says of a variable is held to the schemas by which the apps read it. */

const page = readFileSync(join(import.meta.dirname, '../../../docs/configuration.md'), 'utf8')
const apps = [producer, consumer, aggregator]

interface Row {
  /** By producer, consumer and aggregator. */
  readonly marks: string
  readonly standard: string
  readonly text: string
}

const shapeOf = (app: (typeof apps)[number]): Record<string, z.ZodType> => app.shape
const fieldOf = (name: string): z.ZodType | undefined =>
  apps.flatMap((app) => shapeOf(app)[name] ?? [])[0]

const rows = new Map<string, Row>(
  page
    .split('\n')
    .map((line) => line.split('|').map((cell) => cell.trim()))
    .filter(([, variable = '']) => /^`[A-Z]/.test(variable))
    .map(([, variable = '', ...cells]) => {
      const marks = cells.slice(0, apps.length).map((mark) => mark || '-')
      const [standard = '', text = ''] = cells.slice(apps.length)
      return [variable.replaceAll('`', ''), { marks: marks.join(''), standard, text }]
    }),
)

/** One row is for all of these. */
const SERVICE = 'AWS_ENDPOINT_URL_<SERVICE>'
const named = (name: string): string => (name.startsWith('AWS_ENDPOINT_URL_') ? SERVICE : name)
/** The way to the endpoint is told in a list below the tables. */
const inTheList = (name: string): boolean =>
  /^(MILLRACE_INVOCATION_|(HTTPS?|NO)_PROXY$)/i.test(name)

const variables = [...new Set(apps.flatMap((app) => Object.keys(shapeOf(app))))]
const inTables = variables.filter((name) => !inTheList(name))

test('the tables have each variable of the apps, and no other', () => {
  expect([...rows.keys()].toSorted()).toEqual([...new Set(inTables.map(named))].toSorted())
})

test.for(variables)('the page names %s', (name) => {
  const isSmall = name === name.toLowerCase()
  expect(page).toContain(isSmall ? name.toUpperCase() : name.replace(/^AWS_ENDPOINT_URL_/, ''))
})

test.for(inTables)('the mark of %s says who must have it, and who may', (name) => {
  const marks = apps.map((app) => {
    const field = shapeOf(app)[name]
    if (field === undefined) return '-'
    return field.safeParse(undefined).success ? '○' : '●'
  })
  expect(rows.get(named(name))?.marks).toBe(marks.join(''))
})

/** A value as the page writes it; what is left open is told in other words, if at all. */
function written(value: unknown): RegExp {
  if (value === undefined) return /^(AWS)?$/
  if (Array.isArray(value) && value.length === 0) return /^none$/
  return new RegExp(`^\`?${typeof value === 'string' ? value : JSON.stringify(value)}\`?$`)
}

test.for(inTables)('the default of %s is that of the apps', (name) => {
  const defaults = apps
    .flatMap((app) => shapeOf(app)[name]?.safeParse(undefined) ?? [])
    .flatMap((read) => (read.success ? [read.data] : []))
  const told = rows.get(named(name))?.standard
  for (const value of defaults.length > 0 ? defaults : [undefined]) {
    expect(told).toMatch(written(value))
  }
})

/** The bounds of a number, those that no page has to tell left out. */
function boundsOf(field: z.ZodType | undefined): number[] {
  if (field instanceof z.ZodDefault || field instanceof z.ZodOptional) {
    return boundsOf(field.unwrap() as z.ZodType)
  }
  if (!(field instanceof z.ZodNumber)) return []
  return [field.minValue, field.maxValue].filter(
    (bound): bound is number => bound !== null && Math.abs(bound) < Number.MAX_SAFE_INTEGER,
  )
}

const bounded = inTables.filter((name) => boundsOf(fieldOf(name)).length > 0)

test.for(bounded)('the bounds of %s are told', (name) => {
  const told = rows.get(name)?.text.match(/\d[\d,]*/g) ?? []
  const bounds = boundsOf(fieldOf(name)).map((bound) => bound.toLocaleString('en-US'))
  expect(told).toEqual(expect.arrayContaining(bounds))
})

test('numbers are found to have bounds', () => {
  expect(bounded.length).toBeGreaterThan(8)
})
