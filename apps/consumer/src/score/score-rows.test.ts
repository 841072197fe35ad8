import { createHash } from 'node:crypto'
import { InvocationError } from '@millrace/invocation'
import { type Batch, type JobSpecInput, limits } from '@millrace/job'
import { describe, expect, test } from 'vitest'
import { createInTurn } from './in-turn.ts'
import { type Deps, type ScoredPayload, scoreRows } from './score-rows.ts'
import { batch, never, openJobWith } from '../test-data.fixture.ts'

const answered: ScoredPayload = {
  predictions: Buffer.from('0.1\n0.2\n0.3'),
  failures: [],
  invocations: 1,
  throttles: 0,
  durationMs: 5,
  variant: 'blue',
}

/** Scores the bytes of batch 2, three rows from row 6 on; `seen` is what the endpoint saw. */
function createWorld(text: string, answer: Partial<ScoredPayload> | Error = {}) {
  const seen: { body: string; rows: number; offsets: number[] }[] = []
  const large = { read: 0 }
  const inTurn = createInTurn()
  const deps: Deps = {
    inTurn: (work, signal) => {
      large.read += 1
      return inTurn(work, signal)
    },
    read: async () => Buffer.from(text),
    scorePayload: async (_, __, { body, rows, rowOffsets }) => {
      seen.push({ body: Buffer.from(body).toString(), rows, offsets: [...rowOffsets()] })
      if (answer instanceof Error) throw answer
      return { ...answered, ...answer }
    },
    reasonToGiveUp: (error, attempt) =>
      attempt < 5 ? undefined : { code: 'model_error', message: (error as Error).message },
  }
  const score = async (
    spec: Partial<JobSpecInput> = {},
    change: Partial<Batch> = {},
    attempt = 1,
  ) => await scoreRows(deps, openJobWith(spec), { ...batch, ...change }, attempt, never)
  return { deps, seen, score, large }
}
const lines = (...texts: string[]) => ({ predictions: Buffer.from(texts.join('\n')) })
const failure = (row: number, code = 'refused') => ({ row, code, message: 'no' })
const wide = (row: number, fields: number) => ({
  row,
  code: 'row_width',
  message: `${fields} ${fields === 1 ? 'field' : 'fields'}, wanted 3`,
})

test('the very bytes of the range go to the endpoint', async () => {
  const text = '1,2,3\r\n4,"5",6\r\n7,8,9'
  const { seen, score } = createWorld(text)
  const scored = await score()
  expect(seen).toEqual([{ body: text, rows: 3, offsets: [0, 7, 16, 21] }])
  expect(scored).toEqual({
    ...answered,
    inputHash: createHash('sha256').update(text).digest('hex'),
  })
})

test('failures have the row numbers of the dataset', async () => {
  const { score } = createWorld('1,2,3\n4,5,6\n7,8,9\n', {
    ...lines('0.1', '', ''),
    failures: [failure(1), failure(2)],
  })
  expect((await score()).failures).toEqual([failure(7), failure(8)])
})

test('only the chosen columns reach the model, in the chosen order', async () => {
  const { seen, score } = createWorld('1,2,3\n4,5,6\n7,8,9\n')
  await score({ dataset: { uri: 's3://data/rows.csv', features: { include: ['income', 'age'] } } })
  expect(seen).toEqual([{ body: '3,2\n6,5\n9,8\n', rows: 3, offsets: [0, 4, 8, 12] }])
})

test('columns are chosen once for a dataset, however often its job is read anew', async () => {
  const { deps } = createWorld('1,2,3\n4,5,6\n7,8,9\n')
  const spec = { dataset: { uri: 's3://data/rows.csv', features: { include: ['age'] } } }
  const { dataset, ...open } = openJobWith(spec)
  let looks = 0
  const watched = {
    ...dataset,
    get columns() {
      looks += 1
      return dataset.columns ?? []
    },
  }
  await scoreRows(deps, { ...open, dataset: watched }, batch, 1, never)
  await scoreRows(deps, { ...openJobWith(spec), dataset: watched }, batch, 1, never)
  expect(looks).toBe(1)
})

describe('a row of another width', () => {
  test.for([
    ['the first', '1,2\n4,5,6\n7,8,9\n', ['', '0.1', '0.2'], [wide(6, 2)]],
    ['a middle one', '1,2,3\n4,5,6,7\n7,8,9\n', ['0.1', '', '0.2'], [wide(7, 4)]],
    ['the last', '1,2,3\n4,5,6\n7', ['0.1', '0.2', ''], [wide(8, 1)]],
  ] as const)('being %s, is left out and fails in its place', async ([, text, texts, failures]) => {
    const { seen, score } = createWorld(text, lines('0.1', '0.2'))
    const scored = await score()
    expect(seen[0]?.rows).toBe(2)
    expect(String(scored.predictions)).toBe(texts.join('\n'))
    expect(scored.failures).toEqual(failures)
  })

  test('leaves the failures of the endpoint at their rows', async () => {
    const { score } = createWorld('1\n4,5,6\n7,8,9\n', {
      ...lines('0.1', ''),
      failures: [failure(1)],
    })
    const scored = await score()
    expect(String(scored.predictions)).toBe('\n0.1\n')
    expect(scored.failures).toEqual([wide(6, 1), failure(8)])
  })

  test('in every row, invokes nothing', async () => {
    const { seen, score } = createWorld('1\n4,5\n7,8,9,0\n')
    const scored = await score()
    expect(seen).toEqual([])
    expect(String(scored.predictions)).toBe('\n\n')
    expect(scored).toMatchObject({
      failures: [wide(6, 1), wide(7, 2), wide(8, 4)],
      invocations: 0,
    })
  })
})

test('predictions that are not UTF-8 keep their bytes beside a dropped row', async () => {
  const label = Buffer.from('caf\xe9', 'latin1')
  const { score } = createWorld('1\n4,5,6\n7,8,9\n', {
    predictions: Buffer.concat([label, Buffer.from('\nno')]),
  })
  expect((await score()).predictions).toEqual(
    Buffer.concat([Buffer.from('\n'), label, Buffer.from('\nno')]),
  )
})

test('a prediction that cannot be decided on is the failure of its row', async () => {
  const predictions = Buffer.from('null\n\ncaf\xe9', 'latin1')
  const { score } = createWorld('1,2,3\n4,5,6\n7,8,9\n', { predictions, failures: [failure(1)] })
  const scored = await score({ endpoint: { name: 'churn-v3', response: 'json:[].score' } })
  const unfit = (row: number, sent: string) => ({
    row,
    code: 'prediction_unfit',
    message: `decide: wanted one number (decision.kind: binary), the endpoint sent ${sent}`,
  })
  expect(String(scored.predictions)).toBe('\n\n')
  expect(scored.failures).toEqual([unfit(6, '"null"'), failure(7), unfit(8, '"caf\uFFFD"')])
})

test('beside one that cannot be decided on, the others keep their bytes and places', async () => {
  const { score } = createWorld('1,2\n4,5,6\n7,8,9\n', lines('0.10', '0.1,0.9'))
  const scored = await score()
  expect(String(scored.predictions)).toBe('\n0.10\n')
  expect(scored.failures).toMatchObject([wide(6, 2), { row: 8, code: 'prediction_unfit' }])
})

test('a row with another number of classes than the job has is a failure', async () => {
  const { deps } = createWorld('1,2,3\n4,5,6\n7,8,9\n', lines('0.1,0.9', '0,0,1', '1,0,0'))
  const open = openJobWith({ decision: { kind: 'multiclass' } }, { classes: 3 })
  const scored = await scoreRows(deps, open, batch, 1, never)
  expect(String(scored.predictions)).toBe('\n0,0,1\n1,0,0')
  expect(scored.failures).toMatchObject([
    { row: 6, code: 'prediction_unfit', message: expect.stringContaining('wanted 3 numbers') },
  ])
})

test('a row larger than a payload fails alone and unread', async () => {
  const { seen, score } = createWorld('never read')
  const row: Partial<Batch> = { rows: { start: 6, end: 7 }, bytes: { start: 100, end: 2_000 } }
  const scored = await score({ batching: { payloadBytesMax: 1_024 } }, row)
  expect(seen).toEqual([])
  expect(scored.predictions).toHaveLength(0)
  expect(scored.failures).toEqual([
    {
      row: 6,
      code: 'row_too_large',
      message: 'a row larger than one invocation takes (1900 > 1024 bytes)',
    },
  ])
})

describe('a row larger than a payload, of which columns are left out', () => {
  const long = 'x'.repeat(2_000)
  const row: Partial<Batch> = { rows: { start: 6, end: 7 }, bytes: { start: 100, end: 2_105 } }
  const spec = (include: string[]): Partial<JobSpecInput> => ({
    dataset: { uri: 's3://data/rows.csv', features: { include } },
    batching: { payloadBytesMax: 1_024 },
  })

  test('is scored when what is left fits, read one at a time', async () => {
    const { seen, score, large } = createWorld(`${long},2,3\n`, lines('0.1'))
    const scored = await score(spec(['income', 'age']), row)
    expect(seen).toEqual([{ body: '3,2\n', rows: 1, offsets: [0, 4] }])
    expect(scored).toMatchObject({ ...lines('0.1'), failures: [] })
    expect(large.read).toBe(1)
  })

  test('fails with the size of what is left when that is too large', async () => {
    const { seen, score } = createWorld(`${long},2,3\n`)
    const message = 'a row larger than one invocation takes (2003 > 1024 bytes)'
    expect((await score(spec(['age', 'id']), row)).failures).toEqual([
      { row: 6, code: 'row_too_large', message },
    ])
    expect(seen).toEqual([])
  })

  test('fails for its width when it has another', async () => {
    const { score } = createWorld(`${long},2\n`)
    expect((await score(spec(['age']), row)).failures).toEqual([wide(6, 2)])
  })

  test('fails unread when no row may be so large', async () => {
    const { score, large } = createWorld('never read')
    const bytes = { start: 0, end: limits.rowBytesMax + 1 }
    const scored = await score(spec(['age']), { ...row, bytes })
    expect(scored.failures).toMatchObject([{ row: 6, code: 'row_too_large' }])
    expect(large.read).toBe(0)
  })
})

test('a batch that a payload takes waits for no turn', async () => {
  const { score, large } = createWorld('1,2,3\n4,5,6\n7,8,9\n')
  await score()
  expect(large.read).toBe(0)
})

test.for([
  ['a row too few', '1,2,3\n4,5,6\n', /2 rows in bytes 100 to 118, the plan has 3/],
  ['a row too many', '1,2,3\n4,5,6\n7,8,9\n0,0,0\n', /4 rows .* the plan has 3/],
  ['an open quote', '1,2,3\n4,"5,6\n7,8,9\n', /2 rows .* the plan has 3/],
] as const)('bytes that hold %s are not the planned ones', async ([, text, message]) => {
  const { seen, score } = createWorld(text)
  await expect(score()).rejects.toMatchObject({ code: 'plan_unreadable' })
  await expect(score()).rejects.toThrow(message)
  expect(seen).toEqual([])
})

test('a batch of an object that the dataset has not is not the planned one', async () => {
  const { score } = createWorld('1,2,3\n')
  await expect(score({}, { object: 1 })).rejects.toThrow('batch 2: no object 1')
})

describe('when the endpoint scores none of the rows', () => {
  test('and another attempt may, throws', async () => {
    const { score } = createWorld('1,2,3\n4,5,6\n7,8,9\n', new Error('503'))
    await expect(score()).rejects.toThrow('503')
  })

  test('and no other attempt may, each row fails with the reason', async () => {
    const { score } = createWorld('1,2,3\n4,5\n7,8,9\n', new Error('503'))
    const scored = await score({}, {}, 5)
    const given = { code: 'model_error', message: '503' }
    expect(String(scored.predictions)).toBe('\n\n')
    expect(scored.failures).toEqual([{ row: 6, ...given }, wide(7, 2), { row: 8, ...given }])
  })

  test('what was invoked for it is recorded with the rows', async () => {
    const work = { invocations: 92, throttles: 2, bisections: 7, durationMs: 4_000 }
    const rejected = new InvocationError('batch_rejected', 'churn-v3', '16 of 16 refused')
    rejected.work = work
    const { score } = createWorld('1,2,3\n4,5\n7,8,9\n', rejected)
    expect(await score({}, {}, 5)).toMatchObject({ ...work, failures: { length: 3 } })
  })
})
