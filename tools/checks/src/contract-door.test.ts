import { ContractError, jobRequestOf, jobRequestSchema } from '@millrace/job'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'

/* Who checks a request by the published schema is to be told what the producer would say. */

interface Part {
  readonly properties?: Readonly<Record<string, Part>>
  readonly anyOf?: readonly Part[]
}

const published = z.toJSONSchema(jobRequestSchema, { io: 'input' })
const takes = new Ajv2020({ strict: false, validateFormats: false }).compile(published)

/** The path of each field, however deep. */
const pathsOf = ({ properties = {}, anyOf = [] }: Part, prefix: string[] = []): string[][] => [
  ...Object.entries(properties).flatMap(([key, part]) => {
    const path = [...prefix, key]
    return [path, ...pathsOf(part, path)]
  }),
  ...anyOf.flatMap((part) => pathsOf(part, prefix)),
]

const paths = pathsOf(published as Part)

const request = {
  version: 1,
  clientToken: 'today',
  spec: {
    version: 1,
    dataset: { uri: 's3://lake/today.csv' },
    endpoint: { name: 'churn-v3' },
    output: { uri: 's3://lake/scores/today.csv' },
  },
}

const values: readonly unknown[] = [
  ...[null, true, 0, -1, 1, 1.5, 100, 1e6, 1e10, [], {}, [0], [0.5, 0.5], [1.5]],
  ...['', ' ', 'x', 'ü', ',', ',,', '|', '"', '\t', 'x'.repeat(300), ['a'], ['a', 'a'], ['a', 'b']],
  ...['auto', 'none', 'all', 'present', 'gzip', 'csv', 'parquet', 'multiclass', 'text/csv'],
  ...['s3://lake', 's3://lake/other.csv', 'S3://lake/x', 's3://Lake/x', 'file:///x', 'file:x'],
  ...['json:a[]', 'json:a..b', '2h', '0h', '2026-01-01T00:00:00Z', 'j-00000000000000000000'],
]

/** The request with one field of another value. */
function requestWith(path: readonly string[], value: unknown): object {
  const changed = structuredClone(request) as Record<string, unknown>
  let inner = changed
  for (const key of path.slice(0, -1)) {
    inner = (inner[key] ??= {}) as Record<string, unknown>
  }
  inner[path.at(-1) ?? ''] = value
  return changed
}

function isTaken(message: object): boolean {
  try {
    jobRequestOf(message)
    return true
  } catch (error) {
    if (error instanceof ContractError) return false
    throw error
  }
}

describe('the schema of a job request', () => {
  test('takes the request that fields are changed of', () => {
    expect([takes(request), isTaken(request), paths.length > 40]).toEqual([true, true, true])
  })

  test.for(paths.map((path) => [path.join('.'), path] as const))(
    'says what the producer says of %s',
    ([, path]) => {
      const otherwise = [...values, { [path.at(-1) ?? '']: 1, unknown: 1 }].filter((value) => {
        const message = requestWith(path, value)
        return takes(message) !== isTaken(message)
      })
      expect(otherwise).toEqual([])
    },
  )
})
