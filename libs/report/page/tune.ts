import { axisX, axisY, cell, dot, gridY, lineY, type PlotOptions, text } from '@observablehq/plot'
import type { TuneCell, TuneData } from '../src/tune-data.ts'
import { figure, h, tile } from './dom.ts'
import { draw } from './draw.ts'
import { compact, count, plain } from './numbers.ts'

/* The page of `millrace tune`: draws what is embedded in it, and asks nobody for anything. */

const data = JSON.parse(document.getElementById('report')?.textContent ?? '') as TuneData
const isCounted = ({ kind }: TuneCell): boolean => kind === 'measured' || kind === 'dominated'
const counted = data.cells.filter(isCounted)
const others = data.cells.filter((tried) => !isCounted(tried))
document.title = `${data.endpoint}: tuned · Millrace`
document.getElementById('page')?.replaceChildren(heading(), grid(), lines())

function heading(): HTMLElement {
  const { best } = data
  return h(
    'section',
    {},
    h('h1', {}, data.endpoint),
    h(
      'div',
      { class: 'tiles' },
      tile('rows of an invocation', count(best.rows)),
      tile('in flight', count(best.concurrency)),
      tile('rows a second', count(best.rowsPerSecond)),
      tile('of the most seen', `${count(data.shareOfEndpoint * 100)} %`),
      tile('a million rows', `$${plain(data.perMillionRows)}`, 'beside the endpoint'),
    ),
  )
}

function grid(): HTMLElement {
  const drawn = figure('Rows a second', 'of each pair that was tried; the best has a dot')
  draw(drawn.place, () => ({
    ...categories,
    ariaLabel: 'rows a second by rows and invocations in flight',
    color: { scheme: 'blues', zero: true },
    height: 300,
    marks: [
      cell(counted, { ...at, fill: 'rowsPerSecond', inset: 1, title: titleOf }),
      cell(others, { ...at, fill: 'none', stroke: 'var(--line)', inset: 1, title: titleOf }),
      text(counted, { ...at, text: rateOf, fill: inkOf }),
      text(others, { ...at, text: 'kind', fill: 'var(--soft)' }),
      dot([data.best], { ...at, dy: 11, fill: 'var(--bad)', r: 3 }),
    ],
  }))
  return h('section', {}, h('h2', {}, 'What was tried'), drawn.element)
}

const categories: PlotOptions = {
  marginLeft: 64,
  x: { label: 'in flight', type: 'band' },
  y: { label: 'rows of an invocation', type: 'band', reverse: true },
}

const at = { x: 'concurrency', y: 'rows' }
const rateOf = ({ rowsPerSecond }: TuneCell): string => compact(rowsPerSecond)
/** Readable on the dark end of the scheme, too. */
const inkOf = ({ rowsPerSecond }: TuneCell): string =>
  rowsPerSecond > data.best.rowsPerSecond / 2 ? '#ffffff' : '#1a2233'

const digits = (ms: number): string => plain(Number(ms.toPrecision(3)))

function titleOf(tried: TuneCell): string {
  const { kind, rows, concurrency, rowsPerSecond, p50Ms, p95Ms, reason } = tried
  const pair = `${count(rows)} rows, ${count(concurrency)} in flight`
  if (!isCounted(tried)) return `${pair}: ${kind}${reason === undefined ? '' : ` (${reason})`}`
  return `${pair}: ${count(rowsPerSecond)} rows a second, half of the invocations within ${digits(p50Ms)} ms, 95 % within ${digits(p95Ms)} ms`
}

function lines(): HTMLElement {
  const rate = figure('Rows a second', 'by invocations in flight, a line for each number of rows')
  draw(rate.place, () => lineChart('rowsPerSecond'))
  const latency = figure('Time of an invocation', 'milliseconds; half of them took less')
  draw(latency.place, () => lineChart('p50Ms'))
  return h('section', {}, h('div', { class: 'charts' }, rate.element, latency.element))
}

function lineChart(value: 'rowsPerSecond' | 'p50Ms'): PlotOptions {
  const sorted = counted.toSorted((a, b) => a.concurrency - b.concurrency)
  const rows = (tried: Pick<TuneCell, 'rows'>): string => `${count(tried.rows)} rows`
  const domain = [...new Set(sorted.toSorted((a, b) => a.rows - b.rows).map(rows))]
  return {
    ariaLabel: value,
    x: { label: 'in flight', type: 'log', base: 2 },
    y: { label: null, zero: true },
    color: { legend: true, type: 'categorical', domain },
    marks: [
      gridY({ strokeOpacity: 0.12 }),
      lineY(sorted, { x: 'concurrency', y: value, stroke: rows }),
      dot(sorted, { x: 'concurrency', y: value, fill: rows, r: 2.5 }),
      axisX({ tickSize: 4, ticks: 6, tickFormat: count }),
      axisY({ tickSize: 0, ticks: 5, tickFormat: compact }),
    ],
  }
}
