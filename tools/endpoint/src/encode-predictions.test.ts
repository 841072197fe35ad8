import { existsSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { type Accept, encodePredictions, LAYOUTS, type Layout } from './encode-predictions.ts'
import { startFlights, payloadOf } from './flights.fixture.ts'

const scores = [Math.fround(0.91), Math.fround(5e-5)]

test.for<[Layout, Accept, string]>([
  ['lines', 'text/csv', '0.9100000262260437\n4.999999873689376e-05\n'],
  ['one_line', 'text/csv', '0.9100000262260437,4.999999873689376e-05'],
  ['one_line', 'application/json', '[0.9100000262260437, 4.999999873689376e-05]'],
  [
    'header_line',
    'text/csv',
    'label,0_proba,1_proba\n1,0.0899999737739563,0.9100000262260437\n0,0.9999500000012631,4.999999873689376e-05\n',
  ],
  [
    'class_lines',
    'text/csv',
    '0.0899999737739563,0.9100000262260437\n0.9999500000012631,4.999999873689376e-05\n',
  ],
  [
    'bracketed',
    'text/csv',
    '[0.0899999737739563, 0.9100000262260437],[0.9999500000012631, 4.999999873689376e-05]',
  ],
])('lays out %s for %s as that container does', ([layout, accept, body]) => {
  expect(encodePredictions(scores, layout, accept)).toBe(body)
})

const responses = new URL('../../../../shared/data/responses.json', import.meta.url)
if (!existsSync(responses)) console.warn('skipped: the recorded responses are not at hand')

interface Response {
  readonly algorithm: string
  readonly accept: string | null
  readonly body?: string
}

const SELECTABLE = 'XGBoost selectable predicted_label,probability,labels,probabilities'

const recorded: [string, Layout, Accept][] = [
  ['XGBoost binary/regression, images 1.2-2 .. 3.0', 'lines', 'text/csv'],
  ['XGBoost binary, images 0.90-1 .. 1.2-1, 1.0-1', 'one_line', 'text/csv'],
  ['XGBoost binary', 'lines', 'application/json'],
  ['XGBoost binary, multi-model endpoint', 'one_line', 'application/json'],
  [SELECTABLE, 'selectable', 'text/csv'],
  [SELECTABLE, 'selectable', 'application/json'],
  [SELECTABLE, 'selectable', 'application/jsonlines'],
]

test.skipIf(!existsSync(responses)).for(recorded)(
  '%s, laid out as %s for %s, is what was recorded',
  ([algorithm, layout, accept]) => {
    const all = JSON.parse(readFileSync(responses, 'utf8')) as Response[]
    const wanted = all.find(
      (one) => one.algorithm === algorithm && (one.accept ?? accept) === accept,
    )
    const scores = [0.02721548080444336, 0.9100000262260437, 4.999999873689376e-5]
    expect(encodePredictions(scores, layout, accept)).toBe(wanted?.body)
  },
)

test.for(LAYOUTS)('answers in the layout %s through the protocol', async (layout) => {
  await using served = await startFlights({ layout })
  const { text, ContentType } = await served.invoke(payloadOf(0, 3))
  expect(ContentType).toMatch(/^text\/csv/)
  expect(text).toContain('0.9531221389770508')
})

test('without an encoder for what is accepted, the container fails', async () => {
  await using served = await startFlights()
  const invocation = served.invoke(payloadOf(0, 1), { accept: 'application/jsonlines' })
  await expect(invocation).rejects.toMatchObject({ OriginalStatusCode: 500 })
})

test('a type that is not known as an answer is refused', async () => {
  await using served = await startFlights()
  const invocation = served.invoke(payloadOf(0, 1), { accept: 'image/png' })
  await expect(invocation).rejects.toMatchObject({ OriginalStatusCode: 406 })
})

test('a type that is not known as a payload is refused', async () => {
  await using served = await startFlights()
  const invocation = served.invoke(payloadOf(0, 1), { contentType: 'application/json' })
  await expect(invocation).rejects.toMatchObject({ OriginalStatusCode: 415 })
})
