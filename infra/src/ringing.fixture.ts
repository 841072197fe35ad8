import { runInNewContext } from 'node:vm'
import type { Resource } from './graph/mock-account.ts'

/** What is reported of a metric, minute by minute; a gap is undefined. */
export type Minutes = readonly (number | undefined)[]

interface MetricStat {
  readonly metricName: string
  readonly stat: string
  readonly period: number
}
interface Query {
  readonly id: string
  readonly metric?: MetricStat
  readonly expression?: string
}

/**
 * Whether CloudWatch would ring: each period is a datapoint, and of so many in a row so many reach the
 * threshold. Where periods begin nobody can choose, so all beginnings are tried.
 *
 * @param told by the name of the metric, all of one length.
 */
export function rings(
  { inputs }: Pick<Resource, 'inputs'>,
  told: Readonly<Record<string, Minutes>>,
): 'always' | 'sometimes' | 'never' {
  const queries = (inputs['metricQueries'] ?? [single(inputs)]) as readonly Query[]
  const minutes = (queries.find(({ metric }) => metric !== undefined)?.metric?.period ?? 60) / 60
  const lengths = new Set(Object.values(told).map(({ length }) => length))
  if (lengths.size !== 1) throw new Error('each metric is told for the same minutes')
  const [length = 0] = lengths
  const heard = Array.from({ length: minutes }, (_, beginning) => {
    const points: (number | undefined)[] = []
    for (let at = beginning - minutes + 1; at < length; at += minutes) {
      points.push(pointOf(queries, told, at, minutes))
    }
    return reaches(points, inputs)
  })
  if (heard.every(Boolean)) return 'always'
  return heard.some(Boolean) ? 'sometimes' : 'never'
}

const single = ({ metricName, statistic, period }: Resource['inputs']): Query => ({
  id: 'single',
  metric: { metricName: String(metricName), stat: String(statistic), period: Number(period) },
})

function pointOf(
  queries: readonly Query[],
  told: Readonly<Record<string, Minutes>>,
  at: number,
  minutes: number,
): number | undefined {
  const values: Record<string, number | undefined> = {}
  let result: number | undefined
  for (const { id, metric, expression } of queries) {
    if (metric === undefined) {
      const script = (expression ?? '').replaceAll(' AND ', ' && ')
      result = runInNewContext(script, { ...mathematics, ...values }) as number | undefined
    } else {
      const of = told[metric.metricName]
      if (of === undefined) throw new Error(`nothing is told of ${metric.metricName}`)
      const heard = of.slice(Math.max(0, at), Math.max(0, at + minutes))
      values[id] = result = statistics(metric.stat)(heard.filter((value) => value !== undefined))
    }
  }
  return result
}

/** "Metric math syntax and functions" */
const mathematics = {
  IF: <T>(condition: boolean, yes: T, no: T) => (condition ? yes : no),
  FILL: (value: number | undefined, filling: number) => value ?? filling,
}

function statistics(name: string): (values: readonly number[]) => number | undefined {
  const sum = (values: readonly number[]) => values.reduce((all, value) => all + value, 0)
  const of = {
    Sum: sum,
    Average: (values: readonly number[]) => sum(values) / values.length,
    Maximum: (values: readonly number[]) => Math.max(...values),
  }[name]
  if (of === undefined) throw new Error(`no statistic ${name}`)
  return (values) => (values.length === 0 ? undefined : of(values))
}

function reaches(points: readonly (number | undefined)[], inputs: Resource['inputs']): boolean {
  const periods = Number(inputs['evaluationPeriods'])
  const needed = Number(inputs['datapointsToAlarm'] ?? periods)
  const missing = inputs['treatMissingData'] === 'breaching'
  const above = points.map((point) =>
    point === undefined ? missing : point >= Number(inputs['threshold']),
  )
  return above.some(
    (_, end) =>
      above.slice(Math.max(0, end + 1 - periods), end + 1).filter(Boolean).length >= needed,
  )
}
