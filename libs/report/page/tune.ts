import { axisX, axisY, cell, dot, gridY, lineY, type PlotOptions, text } from '@observablehq/plot'
import type { TuneCell, TuneData } from '../src/tune-data.ts'
import { figure, h, tile } from './dom.ts'
import { draw } from './draw.ts'
import { compact, count, plain } from './numbers.ts'

/* The page of `millrace tune`: draws what is embedded in it, and asks nobody for anything. */

const data = JSON.parse(document.getElementById('report')?.textContent ?? '') as TuneData
const counted = data.cells.filter(({ kind }) => kind === 'measured' || kind === 'dominated')
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
      cell(data.cells, { x: 'concurrency', y: 'rows', fill: fillOf, inset: 1 }),
      text(data.cells, {
        x: 'concurrency',
        y: 'rows',
        text: textOf,
        fill: inkOf,
      }),
      dot([data.best], { x: 'concurrency', y: 'rows', dy: 11, fill: 'var(--bad)', r: 3 }),
    ],
  }))
  return h('section', {}, h('h2', {}, 'What was tried'), drawn.element)
}

const categories: PlotOptions = {
  marginLeft: 64,
  x: { label: 'in flight', type: 'band' },
  y: { label: 'rows of an invocation', type: 'band', reverse: true },
}

/** Readable on the dark end of the scheme, too. */
const inkOf = (tried: TuneCell): string =>
  fillOf(tried) > data.best.rowsPerSecond / 2 ? '#ffffff' : '#1a2233'

const isCounted = ({ kind }: TuneCell): boolean => kind === 'measured' || kind === 'dominated'
const fillOf = (tried: TuneCell): number => (isCounted(tried) ? tried.rowsPerSecond : 0)
const textOf = (tried: TuneCell): string =>
  isCounted(tried) ? compact(tried.rowsPerSecond) : tried.kind

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
