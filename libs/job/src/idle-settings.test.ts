import { expect, test } from 'vitest'
import { idleAmong, idleSettings } from './idle-settings.ts'
import { jobSpecSchema } from './job-spec.ts'

const idleIn = (spec: object, dataset: object = {}): readonly string[] =>
  idleSettings(
    jobSpecSchema.parse({
      ...{ version: 1, endpoint: { name: 'churn' }, output: { uri: 's3://lake/o.csv' } },
      ...spec,
      dataset: { uri: 's3://lake/rows.csv', ...dataset },
    }),
  )
const output = (more: object, name = 'o.csv') => ({ output: { uri: `s3://lake/${name}`, ...more } })

const KINDS = ['binary', 'multiclass', 'none'] as const

test.for<[string, object, object, readonly string[]]>([
  ['decision.threshold', { threshold: 0.3 }, {}, ['binary']],
  ['decision.labels', { labels: ['a', 'b'] }, {}, ['binary', 'multiclass']],
  ['decision.probabilities', { probabilities: 'winner' }, {}, ['multiclass']],
  ['output.names.prediction', {}, { prediction: 'p' }, ['binary', 'none']],
  ['output.names.probability', {}, { probability: 'p' }, ['multiclass']],
  ['output.names.classification', {}, { classification: 'c' }, ['binary', 'multiclass']],
])('%s has no effect but on its kinds of decision', ([path, decision, names, kinds]) => {
  for (const kind of KINDS) {
    const idle = idleIn({ decision: { ...decision, kind }, ...output({ names }) })
    expect(idle).toEqual(kinds.includes(kind) ? [] : [`${path} (the decision is ${kind})`])
  }
})

test.for([
  ['dataset.csv.header', { header: 'absent' }],
  ['dataset.csv.delimiter', { delimiter: ';' }],
  ['dataset.csv.quote', { quote: "'" }],
] as const)('%s has no effect on JSON lines', ([path, csv]) => {
  const lines = { format: 'jsonl', csv }
  expect(idleIn(output({}, 'o.jsonl'), lines)).toEqual([`${path} (the dataset is JSON lines)`])
  expect(idleIn({}, { csv })).toEqual([])
})

test('a header has no effect on a result that is no CSV', () => {
  expect(idleIn(output({ header: 'absent' }, 'o.parquet'))).toEqual([
    'output.header (the result is parquet)',
  ])
  expect(idleIn(output({ header: 'absent' }))).toEqual([])
})

test.for(KINDS)(
  'a %s decision whose defaults are written out has nothing without effect',
  (kind) => {
    const written = jobSpecSchema.parse({
      ...{ version: 1, endpoint: { name: 'churn' }, ...output({}, 'o.jsonl'), decision: { kind } },
      dataset: { uri: 's3://lake/rows.jsonl' },
    })
    expect(idleSettings(jobSpecSchema.parse(written))).toEqual([])
  },
)

test('a delimiter that follows from the name of the dataset is not chosen', () => {
  const lines = { uri: 's3://lake/rows.tsv', format: 'jsonl' }
  expect(idleIn({}, lines)).toEqual([])
  expect(idleIn({}, { ...lines, csv: { delimiter: ';' } })).toEqual([
    'dataset.csv.delimiter (the dataset is JSON lines)',
  ])
})

test('of what somebody chose, what is as by default has no effect all the same', () => {
  const spec = jobSpecSchema.parse({
    ...{ version: 1, endpoint: { name: 'churn' }, ...output({}), decision: { kind: 'none' } },
    dataset: { uri: 's3://lake/rows.csv' },
  })
  const chosen = { decision: { threshold: 0.5 }, dataset: { csv: { header: 'auto' } } }
  expect(idleAmong(chosen, spec)).toMatchObject([
    { path: 'decision.threshold', needs: { path: 'decision.kind', values: ['binary'] } },
  ])
})
