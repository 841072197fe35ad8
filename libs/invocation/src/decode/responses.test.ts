import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { decodePredictions } from './decode-predictions.ts'

/** Bodies of SageMaker's containers with the values in them; not part of this repository. */
const file = new URL('../../../../../shared/data/responses.json', import.meta.url)
const absent = !existsSync(file)
if (absent) console.warn('responses of real containers are absent: their tests are skipped')

interface Sample {
  readonly algorithm: string
  readonly accept: string | null
  readonly content_type: string
  readonly rows: number
  readonly values: readonly unknown[] | null
  readonly body?: string
  readonly body_base64?: string
  readonly note?: string
}

const samples: readonly Sample[] = absent
  ? []
  : (JSON.parse(readFileSync(file, 'utf8')) as Sample[])
const named = samples.map((sample, index): [string, Sample] => [
  `${index} ${sample.algorithm} as ${sample.accept}`,
  sample,
])
const bodyOf = ({ body, body_base64 }: Sample): Buffer =>
  body === undefined ? Buffer.from(body_base64 ?? '', 'base64') : Buffer.from(body)

/** Class names are read only when the job says that they are what the model answers. */
const LABELS = 'scikit-learn predict, classes are strings'

function decode(sample: Sample, response: string, body = bodyOf(sample), rows = sample.rows) {
  return decodePredictions({ body, contentType: sample.content_type }, rows, response)
}

function textsOf(sample: Sample, response: string): string[] {
  const decoded = decode(sample, response)
  return decoded.kind === 'decoded' ? decoded.predictions.toString().split('\n') : [decoded.reason]
}

/** A prediction's text as a number, a list or a text, in the way a reader of the result sees it. */
function valueOf(text: string): unknown {
  const bare = text.replace(/^"(.*)"$/s, '$1')
  if (bare.startsWith('[') || bare.includes(', ') || /^[\d.e-]+,/.test(bare)) {
    return bare
      .replace(/^\[|\]$/g, '')
      .split(',')
      .map((item) => Number(item))
  }
  return bare === '' || Number.isNaN(Number(bare)) ? bare : Number(bare)
}

/** One number stands for a list of one: `[0.4]` of TensorFlow, `{"prob":[0.98]}` of BlazingText. */
const flat = (value: unknown): unknown =>
  Array.isArray(value) && value.length === 1 ? value[0] : value

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const plain = named.filter(([, { values }]) => values !== null && !values.some(isRecord))
const records = named.filter(([, { values }]) => values?.some(isRecord))
const unlisted = named.filter(([, { values }]) => values === null)

describe.skipIf(absent)('of real containers', () => {
  test('there are 51 bodies', () => {
    expect(samples).toHaveLength(51)
    expect(plain.length + records.length + unlisted.length).toBe(51)
  })

  test.for(plain)('finds the values of %s', ([, sample]) => {
    const response = sample.algorithm === LABELS ? 'label' : 'auto'
    // RecordIO holds float32, of which the documents show the decimal.
    const same = sample.content_type.includes('recordio') ? float32 : flat
    expect(textsOf(sample, response).map(valueOf).map(same)).toEqual(sample.values?.map(same))
  })

  test.for(records)('finds each selected value of %s', ([, sample]) => {
    const text = sample.content_type.startsWith('text/csv')
    const order = ['predicted_label', 'probability', 'labels', 'probabilities']
    for (const [column, key] of order.entries()) {
      const path = sample.content_type.endsWith('/json') ? `predictions[].${key}` : key
      const values = textsOf(sample, text ? `csv:${column}` : `json:${path}`).map(valueOf)
      const wanted = sample.values?.map((value) => float32(isRecord(value) ? value[key] : value))
      expect(values.map(float32)).toEqual(wanted)
    }
  })

  test.for(unlisted)('keeps a text for each row of %s', ([, sample]) => {
    const decoded = decode(sample, sample.algorithm === 'DeepAR' ? 'json:predictions[]' : 'auto')
    expect(decoded).toMatchObject({ kind: 'decoded' })
  })

  test.for(named.filter(([, { rows }]) => rows > 1))(
    'notices a row too many or too few in %s',
    ([, sample]) => {
      const response = sample.algorithm === LABELS ? 'label' : 'auto'
      for (const rows of [sample.rows - 1, sample.rows + 1, 2 * sample.rows]) {
        // One row of three classes may be what one line of three numbers means.
        if (rows === 1 && isOneLine(sample)) continue
        expect(decode(sample, response, bodyOf(sample), rows).kind).toBe('malformed')
      }
    },
  )

  test.for(named.filter(([, sample]) => isManyLines(sample)))(
    'notices a line lost or added, and keeps swapped lines swapped, in %s',
    ([, sample]) => {
      const response = settingOf(sample)
      const text = bodyOf(sample).toString()
      const lines = text.replace(/\r?\n$/, '').split('\n')
      const [first = '', second = '', ...rest] = lines.slice(-sample.rows)
      const head = lines.slice(0, -sample.rows)
      const of = (changed: string[]) =>
        decode(sample, response, Buffer.from([...head, ...changed].join('\n')))
      expect(of([second, ...rest]).kind).toBe('malformed')
      expect(of([first, first, second, ...rest]).kind).toBe('malformed')
      const swapped = of([second, first, ...rest])
      const texts = swapped.kind === 'decoded' ? swapped.predictions.toString().split('\n') : []
      const [a, b, ...others] = textsOf(sample, response)
      expect(texts).toEqual([b, a, ...others])
    },
  )
})

/** What a job says, or a layout memory has seen, of an endpoint that answers a line a row. */
function settingOf(sample: Sample): string {
  if (sample.algorithm === LABELS) return 'label'
  return sample.content_type.startsWith('text/csv') ? 'lines' : 'auto'
}

const isOneLine = (sample: Sample): boolean => !bodyOf(sample).toString().trimEnd().includes('\n')

const isManyLines = (sample: Sample): boolean =>
  sample.rows > 1 && /csv|lines/.test(sample.content_type) && !isOneLine(sample)

/** RecordIO holds float32, the listed values of the same answer in JSON are doubles. */
function float32(value: unknown): unknown {
  if (Array.isArray(value)) return value.length === 1 ? float32(value[0]) : value.map(float32)
  return typeof value === 'number' ? Math.fround(value) : value
}
