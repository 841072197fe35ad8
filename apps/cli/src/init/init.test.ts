import { access, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { jobSpecSchema } from '@millrace/job'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { parse } from 'yaml'
import { createWorld, temporaryFolder } from '../test-data.fixture.ts'
import { editorSchema, init, specText } from './init.ts'

/** The spec with every line that is commented out put in force. */
const everything = specText('schema.json')
  .split('\n')
  .slice(1)
  .map((line) => line.replace(/^(\s*)# ?(?=[\s\w])/, '$1').replace(/ # .*/, ''))
  .join('\n')

const named = (spec: Record<string, unknown> & { dataset: object; output: object }) => ({
  ...spec,
  dataset: { ...spec.dataset, uri: 'file:///rows.csv' },
  output: { ...spec.output, uri: 'file:///scores.csv' },
})

test('the spec that is written is one that a job takes', () => {
  expect(jobSpecSchema.safeParse(named(parse(specText('schema.json')))).error).toBeUndefined()
})

test('an editor finds nothing wrong with the spec that is written, as it stands', () => {
  const schema = z.fromJSONSchema(editorSchema())
  expect(schema.safeParse(parse(specText('schema.json'))).error).toBeUndefined()
  expect(schema.safeParse(parse(everything)).error).toBeUndefined()
  const misspelt = { ...parse(everything), dataset: { uri: 4 } }
  expect(schema.safeParse(misspelt).error?.issues).toMatchObject([{ path: ['dataset', 'uri'] }])
})

test('every line that is commented out is a setting, and its default', () => {
  const { features, ...dataset } = parse(everything).dataset
  const { variant, model, inferenceComponent, ...endpoint } = parse(everything).endpoint
  expect(features).toEqual({ exclude: ['id', 'label'] })
  expect({ variant, model, inferenceComponent }).toEqual({
    variant: 'blue',
    model: 'churn.tar.gz',
    inferenceComponent: 'churn',
  })
  const { tolerance, deadline, ...rest } = parse(everything)
  const spec = named({ ...rest, dataset, endpoint })
  expect(tolerance).toEqual({ failedRowsMax: 100, failedRowsPercentMax: 1 })
  expect(deadline).toBe('4h')
  const least = named({ ...parse(specText('schema.json')) })
  expect(jobSpecSchema.parse(spec)).toEqual(jobSpecSchema.parse(least))
})

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>
  readonly anyOf?: readonly Schema[]
}

const keysOf = ({ properties = {}, anyOf = [] }: Schema): string[] => [
  ...Object.entries(properties).flatMap(([key, inner]) => [key, ...keysOf(inner)]),
  ...anyOf.flatMap(keysOf),
]

test('the spec that is written names every setting', () => {
  const keys = keysOf(z.toJSONSchema(jobSpecSchema, { io: 'input' }) as Schema)
  expect(keys.filter((key) => !new RegExp(`\\b${key}:`).test(specText('schema.json')))).toEqual([])
})

test('the command that it prints runs a spec of any name', async () => {
  const file = join(await temporaryFolder(), 'my job.yaml')
  const { world, said } = createWorld({})
  expect(await init({ file, force: false }, world)).toBe(0)
  expect(said()).toBe(`wrote ${file}; millrace run -f '${file}' runs it\n`)
})

test.for([
  ['that is not there', 'jobs/'],
  ['that is there', ''],
] as const)('in a folder %s the spec has its usual name', async ([, name]) => {
  const folder = join(await temporaryFolder(), name)
  const { world, said } = createWorld({})
  expect(await init({ file: folder, force: false }, world)).toBe(0)
  const file = join(folder, 'millrace.yaml')
  expect(said()).toBe(`wrote ${file}; millrace run -f ${file} runs it\n`)
  expect(await readFile(file, 'utf8')).toBe(specText('.millrace/job-spec.schema.json'))
  await access(join(folder, '.millrace', 'job-spec.schema.json'))
  await expect(init({ file: folder, force: false }, world)).rejects.toMatchObject({
    message: `${file}: exists already`,
  })
})

test('where its schema cannot be written there is no spec either', async () => {
  const folder = await temporaryFolder()
  const file = join(folder, 'job.yaml')
  await writeFile(join(folder, '.millrace'), 'a file in the place of the folder')
  const { world } = createWorld({})
  await expect(init({ file, force: false }, world)).rejects.toThrow(/\.millrace: cannot be made/)
  await expect(access(file)).rejects.toMatchObject({ code: 'ENOENT' })
})
