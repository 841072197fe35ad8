import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { JOB_STATES } from '@millrace/job'
import { expect, test } from 'vitest'
import { errorCodes } from './error-codes.ts'

const root = join(import.meta.dirname, '../../..')
const read = (file: string): string => readFileSync(join(root, file), 'utf8')

/** The codes in the first column of the table below a heading of the page. */
function onThePage(heading: string): string[] {
  const [, below = ''] = read('docs/reading-results.md').split(`\n### ${heading}\n`)
  const [section = ''] = below.split(/\n##+ /)
  const cells = section.split('\n').map((line) => /^\| (`.*?) +\|/.exec(line)?.[1] ?? '')
  return cells.flatMap((cell) => [...cell.matchAll(/`([a-z_0-9]+)`/g)].map(([, code = '']) => code))
}

const codesOf = (...names: readonly string[]): string[] =>
  errorCodes()
    .filter(({ name }) => names.includes(name))
    .map(({ code }) => code)

/** Codes that a source itself gives to a failure. */
const givenIn = (file: string): string[] =>
  [...read(file).matchAll(/(?:code|object_\w+): '([a-z_]+)'/g)].map(([, code = '']) => code)

/** The codes of invocations by what they ask for. */
const INVOCATIONS = [
  ...read('libs/invocation/src/invoke/invocation-error.ts').matchAll(/(\w+): \{ kind: '(\w+)'/g),
].map(([, code = '', kind = '']) => ({ code, kind }))

/** The codes by which a retry ends for want of a way to its endpoint. */
function unreached(): string[] {
  const [, list = ''] =
    /const UNREACHED[^=]*= \[(.*)\]/.exec(read('apps/producer/src/retry/probe-retry.ts')) ?? []
  return [...list.matchAll(/'([a-z_]+)'/g)].map(([, code = '']) => code)
}

const without = (codes: readonly string[], ...others: readonly string[]): string[] =>
  [...new Set(codes)].filter((code) => !others.includes(code)).toSorted()

test('the page lists each code that a row can fail with, and no other', () => {
  // The others are never charged to a row.
  const charged = INVOCATIONS.filter(({ kind }) => kind !== 'throttle' && kind !== 'systemic')
  const codes = [
    ...givenIn('apps/consumer/src/score/score-rows.ts'),
    ...givenIn('libs/csv/src/unfit-rows.ts'),
    ...charged.map(({ code }) => code),
    ...codesOf('DecisionError'),
  ]
  expect(onThePage('Of a failed row').toSorted()).toEqual(without(codes, 'endpoint_unreachable'))
})

test('the page lists each code that a job can fail with, and no other', () => {
  // What the first rows of a job meet is `preflight_failed`; of a retry, what no row can be at fault of is told as it is.
  const ends = INVOCATIONS.filter(({ kind }) => kind === 'systemic')
  // While an endpoint has no room a job waits, and so it does while a store is away.
  const away = ['throttled', 'unavailable', 'timed_out', 'credentials_invalid', 'key_unusable']
  const renamed = ['object_changed', 'object_missing']
  const errors = ['AccountingError', 'CsvError', 'DecisionError', 'OutputError', 'PlanError']
  const codes = [
    ...codesOf(...errors, 'PlanningError', 'StorageError'),
    ...givenIn('libs/job/src/job-failure.ts'),
    ...givenIn('libs/job/src/tolerance.ts'),
    ...givenIn('apps/aggregator/src/reconcile.ts'),
    ...ends.map(({ code }) => code),
    ...unreached(),
    'item_corrupt',
  ]
  expect(onThePage('Of a failed job').toSorted()).toEqual(without(codes, ...away, ...renamed))
})

test('the page lists each code that an export itself can fail with, and no other', () => {
  const codes = givenIn('apps/aggregator/src/export-result.ts')
  expect(onThePage('Of a failed export').toSorted()).toEqual(without(codes))
})

test('what befalls a dataset is named in one place', () => {
  const names = ['dataset_changed', 'dataset_missing']
  expect(givenIn('libs/job/src/job-failure.ts').toSorted()).toEqual(names)
  const stages = ['aggregator/src/failure-of', 'consumer/src/verdict', 'producer/src/failure-of']
  expect(stages.flatMap((stage) => givenIn(`apps/${stage}.ts`))).toEqual([])
})

test('the page lists each state of a job, and no other', () => {
  expect(onThePage('What becomes of a job')).toEqual([...JOB_STATES])
})
