import { describe, expect, test } from 'vitest'
import { type MetricDefinition, metricCatalogue } from './metric-catalogue.ts'

const metrics: [string, MetricDefinition][] = Object.entries(metricCatalogue)

describe.for(metrics)('%s', ([name, { apps, dimension, meaning }]) => {
  test('has a name that OpenTelemetry and CloudWatch both take', () => {
    expect(name).toMatch(/^millrace(\.[a-z][a-z_]*)+$/)
  })

  test('has a meaning, and an app that emits it', () => {
    expect(apps.length).toBeGreaterThan(0)
    expect(meaning).toMatch(/^[\dA-Z`].*\.$/)
  })

  test('has no dimension without end, such as jobs', () => {
    expect(['none', 'settlement', 'outcome', 'state', 'service']).toContain(
      dimension?.name ?? 'none',
    )
    expect(dimension?.values.length ?? 0).toBeLessThanOrEqual(10)
  })
})
