import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { Ajv, type AnySchemaObject } from 'ajv'
import { describe, expect, test } from 'vitest'
import { asyncApi } from './asyncapi.ts'

/* The document against AsyncAPI's own schema, and against the files that it points to. */

const contracts = join(import.meta.dirname, '../../../contracts')
const document = JSON.parse(readFileSync(join(contracts, 'asyncapi.json'), 'utf8')) as object

function validator() {
  const require = createRequire(import.meta.url)
  const schema = require('@asyncapi/specs/schemas/3.0.0.json') as AnySchemaObject
  // AsyncAPI's schema brings draft 7 along, so Ajv must not.
  const ajv = new Ajv({ strict: false, validateFormats: false, meta: false, validateSchema: false })
  return ajv.compile(schema)
}

/** Every `$ref` in a value. */
const referencesIn = (value: unknown): string[] =>
  typeof value !== 'object' || value === null
    ? []
    : Object.entries(value).flatMap(([key, inner]) =>
        key === '$ref' ? [String(inner)] : referencesIn(inner),
      )

// Compiling AsyncAPI's schema takes a second, more where other tests run.
describe('contracts/asyncapi.json', () => {
  test('is a document of AsyncAPI 3', () => {
    const validate = validator()
    void validate(document)
    expect(validate.errors ?? []).toEqual([])
  })

  test('would be refused with an operation of no known action', () => {
    const operations = { broken: { action: 'listen', channel: { $ref: '#/channels/jobs' } } }
    expect(validator()({ ...asyncApi('1'), operations })).toBe(false)
  })

  test('points only to what is there', () => {
    const files = readdirSync(contracts).map((name) => `./${name}`)
    for (const reference of referencesIn(document)) {
      const [file = '', path = ''] = reference.split('#')
      const found =
        file === ''
          ? path
              .split('/')
              .slice(1)
              .reduce<unknown>((at, key) => (at as never)?.[key], document)
          : files.includes(file)
      expect([reference, Boolean(found)]).toEqual([reference, true])
    }
  })
})
