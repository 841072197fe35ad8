import { describe, expect, test } from 'vitest'
import { createEmfReport } from './emf.ts'
import { createMetricRegistry } from './metrics.ts'

interface Document {
  readonly _aws: {
    readonly Timestamp: number
    readonly CloudWatchMetrics: readonly {
      readonly Namespace: string
      readonly Dimensions: readonly (readonly string[])[]
      readonly Metrics: readonly { readonly Name: string; readonly Unit: string }[]
    }[]
  }
  readonly [member: string]: unknown
}

function started(random = () => 0.5) {
  const registry = createMetricRegistry('consumer')
  const lines: string[] = []
  const write = (line: string) => void lines.push(line)
  const options = { app: 'consumer', namespace: 'Millrace/test', write, now: () => 1_700, random }
  const report = createEmfReport(registry, options)
  return {
    registry,
    /** The documents of one report. */
    report(): Document[] {
      lines.length = 0
      report()
      return lines.map((line) => JSON.parse(line) as Document)
    },
  }
}

/** The one document that has the member, with this value of `outcome` or without. */
const holding = (documents: Document[], name: string, outcome?: string): Document | undefined =>
  documents.find((d) => name in d && d['outcome'] === outcome)

describe('a report', () => {
  test('declares each metric that it holds, with unit and dimensions', () => {
    const { report } = started()
    for (const document of report()) {
      const [directive] = document._aws.CloudWatchMetrics
      const { _aws, app, ...members } = document
      const [dimensions = []] = directive?.Dimensions ?? []
      const declared = directive?.Metrics.map(({ Name }) => Name) ?? []
      expect({ app, namespace: directive?.Namespace, at: _aws.Timestamp }).toEqual({
        app: 'consumer',
        namespace: 'Millrace/test',
        at: 1_700,
      })
      expect(new Set([...declared, ...dimensions])).toEqual(
        new Set([...Object.keys(members), 'app']),
      )
      expect(declared.length).toBeLessThanOrEqual(100)
    }
  })

  test('gives counters what was added since the last one, and 0 at first', () => {
    const { registry, report } = started()
    expect(holding(report(), 'millrace.rows.predicted')).toMatchObject({
      'millrace.rows.predicted': 0,
    })
    registry.count('millrace.rows.predicted', 1_000)
    registry.count('millrace.rows.predicted', 500)
    expect(holding(report(), 'millrace.rows.predicted')).toMatchObject({
      'millrace.rows.predicted': 1_500,
    })
    expect(holding(report(), 'millrace.rows.predicted')).toMatchObject({
      'millrace.rows.predicted': 0,
    })
  })

  test('gives running totals what was added since the last one', () => {
    const { registry, report } = started()
    let received = 7
    registry.total('millrace.messages.received', () => received)
    expect(holding(report(), 'millrace.messages.received')?.['millrace.messages.received']).toBe(7)
    received = 9
    expect(holding(report(), 'millrace.messages.received')?.['millrace.messages.received']).toBe(2)
  })

  test('has a line for each value of a dimension', () => {
    const { registry, report } = started()
    registry.count('millrace.batches', 3, 'duplicate')
    const documents = report()
    const count = (outcome: string) =>
      holding(documents, 'millrace.batches', outcome)?.['millrace.batches']
    expect([count('duplicate'), count('recorded')]).toEqual([3, 0])
  })

  test('leaves out gauges that nobody reads and those that are not a number', () => {
    const { registry, report } = started()
    registry.gauge('millrace.limit', () => Number.NaN)
    registry.gauge('millrace.invocations.in_flight', () => 4)
    const documents = report()
    expect(holding(documents, 'millrace.limit')).toBeUndefined()
    expect(holding(documents, 'millrace.circuit.open')).toBeUndefined()
    expect(holding(documents, 'millrace.invocations.in_flight')).toBeDefined()
  })

  test('samples a distribution of thousands down to a hundred, all alike', () => {
    let seed = 1
    const random = () => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647
    const { registry, report } = started(random)
    for (let value = 0; value < 10_000; value += 1)
      registry.measure('millrace.batch.duration', value)
    const samples = holding(report(), 'millrace.batch.duration')?.['millrace.batch.duration']
    expect(samples).toHaveLength(100)
    const mean = (samples as number[]).reduce((sum, value) => sum + value, 0) / 100
    expect(mean).toBeGreaterThan(4_000)
    expect(mean).toBeLessThan(6_000)
    expect(holding(report(), 'millrace.batch.duration')).toBeUndefined()
  })
})
