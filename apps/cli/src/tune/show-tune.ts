import { plot } from 'simple-ascii-chart'
import { money } from '../show/money.ts'
import { factsOf, tableOf } from '../show/table.ts'
import type { Advice } from './advice.ts'
import type { LeftOut } from './refused-rows.ts'
import { isCounted, type Measured } from './search.ts'

const numbers = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 })
const count = (number: number): string => numbers.format(number)
const milliseconds = (ms: number): string => (ms < 10 ? ms.toFixed(1) : count(ms))

const NOTES: Readonly<Record<Measured['kind'], string>> = {
  measured: '',
  dominated: 'cut short: far below the best',
  throttled: 'throttled',
  refused: 'too many rows at once',
  failed: 'no answer',
  unfinished: 'no time left',
}

const noteOf = ({ kind, reason }: Measured): string =>
  reason === undefined ? NOTES[kind] : `${NOTES[kind]} (${reason})`

/** A cell while the search goes on. */
export function cellLine(measured: Measured): string {
  const { rows, concurrency, rowsPerSecond, p50Ms } = measured
  const cell = `${count(rows).padStart(6)} rows × ${count(concurrency).padStart(3)} in flight`
  if (!isCounted(measured)) return `${cell}  ${noteOf(measured)}`
  const rate = `${count(rowsPerSecond).padStart(9)} rows/s  ${milliseconds(p50Ms).padStart(7)} ms`
  return `${cell}  ${rate}  ${noteOf(measured)}`.trimEnd()
}

/** Which rows nothing is measured with. */
export function leftOutText({ rows, of, isAll, firstRow, reason }: LeftOut): string {
  if (firstRow === undefined) {
    return `all rows after the first ${count(of)}, of which most are refused: ${reason}`
  }
  const others = isAll
    ? `${count(rows)} of ${count(of)} rows, which are refused`
    : `${count(rows)} of the first ${count(of)} rows, which are refused, and all rows after these`
  return `${others}; the first is row ${firstRow}: ${reason}`
}

export function tuneText(advice: Advice, json: boolean): string {
  if (json) return JSON.stringify(advice)
  return [tableOfCells(advice), ...charts(advice), adviceText(advice)].join('\n\n')
}

function tableOfCells({ cells, best }: Advice): string {
  const rows = cells
    .toSorted((a, b) => a.rows - b.rows || a.concurrency - b.concurrency)
    .map((cell) => [
      cell.rows,
      cell.concurrency,
      count(cell.rowsPerSecond),
      milliseconds(cell.p50Ms),
      milliseconds(cell.p95Ms),
      cell === best ? 'best' : noteOf(cell),
    ])
  return tableOf(['rows', 'in flight', 'rows/s', 'p50 ms', 'p95 ms', ''], rows)
}

/** What there are at least two points of. */
function charts({ cells, best }: Advice): string[] {
  const counted = cells.filter(isCounted)
  const alongRows = counted
    .filter(({ concurrency }) => concurrency === 1)
    .toSorted((a, b) => a.rows - b.rows)
  const alongConcurrency = counted
    .filter(({ rows }) => rows === best.rows)
    .toSorted((a, b) => a.concurrency - b.concurrency)
  const rows = (cell: Measured): number => cell.rows
  const inFlight = (cell: Measured): number => cell.concurrency
  const rate = (cell: Measured): number => cell.rowsPerSecond
  const latency = (cell: Measured): number => cell.p50Ms
  return [
    chart('rows a second, one in flight', 'rows of one invocation', alongRows, rows, rate),
    chart(
      `rows a second, ${count(best.rows)} rows each`,
      'in flight',
      alongConcurrency,
      inFlight,
      rate,
    ),
    chart('milliseconds, half of them', 'in flight', alongConcurrency, inFlight, latency),
  ].flatMap((drawn) => (drawn === undefined ? [] : [drawn]))
}

const WIDTH = 60
const HEIGHT = 8

function chart(
  title: string,
  xLabel: string,
  cells: readonly Measured[],
  at: (cell: Measured) => number,
  value: (cell: Measured) => number,
): string | undefined {
  if (cells.length < 2) return undefined
  // Steps of the grid are as far from each other as they are many times the one before.
  const points = cells.map((cell, index): [number, number] => [index, value(cell)])
  const drawn = plot([points], {
    title,
    xLabel,
    width: WIDTH,
    height: HEIGHT,
    formatter: (number, { axis }) =>
      axis === 'y'
        ? count(number)
        : count(cells[Math.round(number)] ? at(cells[Math.round(number)]!) : number),
  })
  return drawn.replaceAll(/[ ]+$/gm, '').replaceAll(/^\n+|\n+$/g, '')
}

function adviceText(advice: Advice): string {
  const { best, observedMax, shareOfEndpoint, perMillionRows, withInstances, complete } = advice
  const { leftOut } = advice
  const facts = factsOf([
    ['best', `${count(best.rows)} rows, ${count(best.concurrency)} in flight`],
    ['rate', `${count(best.rowsPerSecond)} rows/s, ${milliseconds(best.p50Ms)} ms each`],
    [
      'share',
      `${count(shareOfEndpoint * 100)} % of the most that was seen (${count(observedMax)} rows/s): other users of the endpoint will feel it`,
    ],
    [
      'cost',
      `${money(perMillionRows)} a million rows beside the endpoint${withInstances === undefined ? '' : `, ${money(withInstances)} with its instances`}`,
    ],
    ['left out', leftOut && `${leftOutText(leftOut)}; a run halves the batches they are in`],
    ['note', complete ? undefined : 'time ran out: --seconds gives it more, there may be better'],
  ])
  const spec = `batching:\n  rows: ${best.rows} # and --concurrency ${best.concurrency} for millrace run`
  return `${facts}\n\n${spec}`
}
