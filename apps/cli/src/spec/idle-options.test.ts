import { jobSpecSchema } from '@millrace/job'
import { expect, test } from 'vitest'
import type { CliError } from '../cli-error.ts'
import { refuseIdle } from './idle-options.ts'
import type { PartialSpec } from './spec-options.ts'

function specOf(kind: 'binary' | 'multiclass' | 'none', name = 'rows.csv') {
  return jobSpecSchema.parse({
    ...{ version: 1, endpoint: { name: 'churn-v3' }, output: { uri: 'file:///o.csv' } },
    dataset: { uri: `file:///${name}` },
    decision: { kind },
  })
}

const KINDS = ['binary', 'multiclass', 'none'] as const

test.for([
  ['--threshold', { decision: { threshold: 0 } }, ['binary']],
  ['--label', { decision: { labels: ['a', 'b'] } }, ['binary', 'multiclass']],
  ['--probabilities', { decision: { probabilities: 'each' } }, ['multiclass']],
  ['--prediction-name', { output: { names: { prediction: 'p' } } }, ['binary', 'none']],
  ['--class-name', { output: { names: { classification: 'late' } } }, ['binary', 'multiclass']],
  ['--join', { output: { join: 'all' } }, KINDS],
] as const satisfies readonly [string, PartialSpec, readonly string[]][])(
  '%s is refused where it has no effect',
  ([option, typed, kinds]) => {
    const answers = KINDS.map((kind) => {
      try {
        refuseIdle(typed, specOf(kind))
        return 'taken'
      } catch (error) {
        return (error as CliError).message
      }
    })
    const taken: readonly string[] = kinds
    expect(answers).toEqual(
      KINDS.map((kind) =>
        taken.includes(kind) ? 'taken' : `${option}: has no effect where the decision is ${kind}`,
      ),
    )
  },
)

test.for([
  ['--header', { dataset: { csv: { header: 'absent' } } }],
  ['--delimiter', { dataset: { csv: { delimiter: ';' } } }],
] as const)('%s has no effect on JSON lines', ([option, typed]) => {
  refuseIdle(typed, specOf('binary'))
  expect(() => refuseIdle(typed, specOf('binary', 'rows.jsonl'))).toThrow(
    `${option}: has no effect where the dataset is JSON lines`,
  )
})

test('it is told where an option would have an effect', () => {
  expect(() => refuseIdle({ decision: { labels: ['a', 'b'] } }, specOf('none'))).toThrow(
    expect.objectContaining({ hint: 'it is for --decision binary and --decision multiclass' }),
  )
})
