import { expect, test } from 'vitest'
import { never, partOf } from './test-data.fixture.ts'
import { RESULT, plan, createWorld, jobOf } from './write-result.fixture.ts'
import { writeResult } from './write-result.ts'

test('several classes without labels are counted in the first row that has a prediction', async () => {
  const parts = [partOf(plan[0]!, ['', '']), partOf(plan[1]!, ['0.1,0.9', '0.7,0.3'])]
  const { deps, visible } = createWorld(parts)
  await writeResult(deps, jobOf({ decision: { kind: 'multiclass' } }), never)
  expect(visible.get(RESULT)).toBe(
    'Probability 0,Probability 1,Classification\n,,\n,,\n0.1,0.9,1\n0.7,0.3,0\n',
  )
})

test('several classes without labels are as many as the preflight has found, if it did', async () => {
  const parts = [partOf(plan[0]!, ['', '']), partOf(plan[1]!, ['', ''])]
  const { deps, visible } = createWorld(parts)
  const { job, spec } = jobOf({ decision: { kind: 'multiclass' } })
  await writeResult(deps, { job: { ...job, classes: 2 }, spec }, never)
  expect(visible.get(RESULT)).toBe('Probability 0,Probability 1,Classification\n,,\n,,\n,,\n,,\n')
})

test.for([
  ['csv', 'Prediction\n"a\nb"\n""\ncat\n""\n'],
  [
    'jsonl',
    String.raw`{"Prediction":"a\nb"}
{"Prediction":""}
{"Prediction":"cat"}
{"Prediction":null}
`,
  ],
] as const)('strings of a JSON answer stand as texts in %s', async ([format, rows]) => {
  const parts = [
    partOf(plan[0]!, [String.raw`"a\nb"`, '""']),
    partOf(plan[1]!, [String.raw`"c\u0061t"`, '']),
  ]
  const { deps, visible } = createWorld(parts)
  const wanted = jobOf({
    decision: { kind: 'none' },
    endpoint: { name: 'labels', response: 'json:predictions[].label' },
    output: { uri: RESULT, format },
  })
  await writeResult(deps, wanted, never)
  expect(visible.get(RESULT)).toBe(rows)
})
