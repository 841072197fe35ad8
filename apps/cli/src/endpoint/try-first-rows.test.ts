import { InvocationError, type Invoke } from '@millrace/invocation'
import { jobSpecSchema } from '@millrace/job'
import { expect, test } from 'vitest'
import { sampleRows } from './sample-rows.ts'
import { tryFirstRows } from './try-first-rows.ts'

test('asks whether it takes more columns by the delimiter of the table', async () => {
  const asked: string[] = []
  const invoke: Invoke = async ({ body }) => {
    const text = Buffer.from(body).toString()
    asked.push(text)
    if (text.split(';').length > 3) throw new InvocationError('rows_rejected', 'species', '')
    return { body: Buffer.from('0.5\n'), contentType: 'text/csv', durationMs: 1 }
  }
  const spec = jobSpecSchema.parse({
    version: 1,
    dataset: { uri: 's3://tables/data.csv', csv: { delimiter: ';' } },
    endpoint: { name: 'species' },
    output: { uri: 's3://results/scores.csv' },
  })
  const sample = sampleRows(Buffer.from('5.1;3.5;2.5\n'), true, spec, 20)
  if (sample === undefined) throw new Error('no row')
  const endpoint = { invoke, region: 'eu-west-1' }
  const { signal } = new AbortController()
  expect(await tryFirstRows(endpoint, spec, sample, [], signal)).toMatchObject({ kind: 'ready' })
  expect(asked.toSorted()).toEqual(['5.1;3.5;2.5\n', '5.1;3.5;2.5;0\n'])
})
