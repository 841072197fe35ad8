import { areaY, axisX, axisY, dot, gridY, lineY, type PlotOptions, ruleY } from '@observablehq/plot'
import type { ReportData } from '../src/report-data.ts'
import type { TimelinePoint } from '../src/timeline.ts'
import { figure, h, key } from './dom.ts'
import { draw } from './draw.ts'
import { compact, count, duration } from './numbers.ts'

/** Throughput and latency while the job ran. */
export function overTime({ timeline }: ReportData): HTMLElement | undefined {
  const { bucketSeconds, points } = timeline
  if (points.length === 0) return undefined
  const each = bucketSeconds === 1 ? 'each second' : `each ${duration(bucketSeconds)}`
  const throughput = figure('Rows a second', `recorded in ${each}, by the clock (UTC)`)
  draw(throughput.place, () => throughputChart(points, bucketSeconds))
  const latency = figure('Time of a batch', `milliseconds, from its read to its last prediction`)
  draw(latency.place, () => latencyChart(points, bucketSeconds))
  latency.element.append(
    h(
      'p',
      { class: 'legend small' },
      key('var(--second)', 'half of the batches took less'),
      key('var(--third)', '95 % took less'),
    ),
  )
  const throttled = points.reduce((sum, { throttles }) => sum + throttles, 0)
  if (throttled > 0) {
    throughput.element.append(
      h('p', { class: 'legend small' }, key('var(--bad)', `throttled: ${count(throttled)} times`)),
    )
  }
  return h(
    'section',
    { id: 'over-time' },
    h('h2', {}, 'Over time'),
    h('div', { class: 'charts' }, throughput.element, latency.element),
  )
}

/** A bucket is drawn as a step from its start to its end. */
interface Edge extends TimelinePoint {
  readonly time: Date
  readonly perSecond: number
}

function stepsOf(points: readonly TimelinePoint[], bucketSeconds: number): Edge[] {
  const edge = (point: TimelinePoint, at: number): Edge => ({
    ...point,
    time: new Date(at * 1_000),
    perSecond: point.rows / bucketSeconds,
  })
  return points.flatMap((point) => [edge(point, point.at), edge(point, point.at + bucketSeconds)])
}

/** Half of a time at the end of the axis lies right of it. */
const axes = (): Pick<PlotOptions, 'x' | 'y' | 'marginRight'> => ({
  marginRight: 28,
  x: { label: null, type: 'utc' },
  y: { label: null, zero: true },
})

/**
 * Times on one line, since the legend is right below, and in whole seconds at the finest, since no
 * point is finer.
 */
function timeAxis(points: readonly TimelinePoint[], bucketSeconds: number) {
  const [first = 0, last = 0] = [points[0]?.at, points.at(-1)?.at]
  const seconds = last + bucketSeconds - first
  const [start, end] = seconds <= 600 ? [11, 19] : seconds <= 86_400 ? [11, 16] : [5, 16]
  return axisX({
    tickSize: 4,
    ticks: seconds <= 4 ? 'second' : 4,
    tickFormat: (time: Date) => time.toISOString().slice(start, end).replace('T', ' '),
  })
}

function throughputChart(points: readonly TimelinePoint[], bucketSeconds: number): PlotOptions {
  const steps = stepsOf(points, bucketSeconds)
  const throttled = points.filter(({ throttles }) => throttles > 0)
  return {
    ...axes(),
    ariaLabel: 'rows recorded a second',
    marks: [
      gridY({ strokeOpacity: 0.12 }),
      areaY(steps, {
        x: 'time',
        y1: 0,
        y2: 'perSecond',
        fill: 'var(--second)',
        fillOpacity: 0.2,
      }),
      lineY(steps, { x: 'time', y: 'perSecond', stroke: 'var(--second)', strokeWidth: 1.5 }),
      dot(throttled, {
        x: ({ at }: TimelinePoint) => new Date((at + bucketSeconds / 2) * 1_000),
        y: ({ rows }: TimelinePoint) => rows / bucketSeconds,
        fill: 'var(--bad)',
        r: 3.5,
      }),
      timeAxis(points, bucketSeconds),
      axisY({ tickSize: 0, ticks: 5, tickFormat: compact }),
      ruleY([0]),
    ],
  }
}

function latencyChart(points: readonly TimelinePoint[], bucketSeconds: number): PlotOptions {
  const recorded = stepsOf(
    points.filter(({ batches }) => batches > 0),
    bucketSeconds,
  )
  return {
    ...axes(),
    ariaLabel: 'time of a batch in milliseconds',
    marks: [
      gridY({ strokeOpacity: 0.12 }),
      lineY(recorded, { x: 'time', y: 'p95Ms', stroke: 'var(--third)', strokeWidth: 1.5 }),
      lineY(recorded, { x: 'time', y: 'p50Ms', stroke: 'var(--second)', strokeWidth: 1.5 }),
      timeAxis(points, bucketSeconds),
      axisY({ tickSize: 0, ticks: 5, tickFormat: compact }),
      ruleY([0]),
    ],
  }
}
