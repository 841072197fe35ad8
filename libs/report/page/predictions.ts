import {
  areaY,
  axisX,
  axisY,
  barX,
  dot,
  gridY,
  lineY,
  type PlotOptions,
  rectY,
  ruleX,
  ruleY,
  text,
} from '@observablehq/plot'
import type { ReportData } from '../src/report-data.ts'
import { type Bar, barsOf } from './bars.ts'
import { figure, h, key, metric } from './dom.ts'
import { draw } from './draw.ts'
import { amount, compact, count, counted, percent, plain } from './numbers.ts'
import type { Threshold } from './threshold.ts'

/** The bars of more are so tall that the histogram beside them stands in an empty column. */
const CLASSES_BESIDE_MAX = 12

/** How the predictions are spread, and what a threshold makes of them. */
export function predictions(data: ReportData, threshold: Threshold | undefined): HTMLElement {
  const spread = figure('How the scores are spread', scoreNote(data))
  const redraw = draw(spread.place, () => histogram(data, threshold?.value))
  const charts = h('div', { class: 'charts' }, spread.element)
  const section = h('section', { id: 'predictions' }, h('h2', {}, 'Predictions'))
  if (threshold === undefined) {
    section.append(facts(data), charts)
    if (data.classes.length > 0) charts.append(classBars(data))
    if (data.classes.length > CLASSES_BESIDE_MAX) charts.classList.add('stacked')
    return section
  }
  const shares = createShares(data, threshold)
  const curve = figure('Share of each class', 'of all scored rows, against the threshold')
  const redrawCurve = draw(curve.place, () => shareCurve(data, threshold))
  charts.append(curve.element)
  section.append(threshold.controls, ...shares.elements, charts)
  threshold.onChange(() => {
    shares.update()
    redraw()
    redrawCurve()
  })
  return section
}

/** What there is no chart of: texts, or lists where nothing is decided. */
export function unscored({ scores, rows }: ReportData): HTMLElement | undefined {
  if (scores.count > 0 || rows.predicted === 0) return undefined
  const all =
    rows.predicted === 1 ? 'The prediction is' : `All ${count(rows.predicted)} predictions are`
  return h(
    'section',
    { id: 'predictions' },
    h('h2', {}, 'Predictions'),
    h(
      'p',
      { class: 'soft' },
      `${all} no numbers, so there is nothing to draw; the result has them.`,
    ),
  )
}

const scoreNote = ({ scores, decision }: ReportData): string => {
  const what = decision.kind === 'multiclass' ? 'rows by the winner’s probability' : 'rows by score'
  return scores.notNumbers > 0 ? `${what}; ${count(scores.notNumbers)} are no numbers` : what
}

function facts({ scores }: ReportData): HTMLElement {
  return h(
    'div',
    { class: 'metrics' },
    metric('scored', count(scores.count)),
    metric('least', amount(scores.min)),
    metric('mean', amount(scores.mean)),
    metric('greatest', amount(scores.max)),
  )
}

function createShares({ scores, decision }: ReportData, threshold: Threshold) {
  const [first = '0', second = '1'] = decision.labels
  const [below, above] = [h('b', { id: 'rows-below' }), h('b', { id: 'rows-above' })]
  const [left, right] = [h('i'), h('i')]
  const update = (): void => {
    const rows = scores.grid.above[threshold.index] ?? 0
    const share = rows / Math.max(1, scores.count)
    below.textContent = `${count(scores.count - rows)} (${percent(1 - share)})`
    above.textContent = `${count(rows)} (${percent(share)})`
    left.style.width = `${100 * (1 - share)}%`
    right.style.width = `${100 * share}%`
  }
  update()
  return {
    update,
    elements: [
      h('div', { class: 'shares', 'aria-hidden': 'true' }, left, right),
      h(
        'p',
        { class: 'legend' },
        key('var(--first)', `${first}, up to the threshold: `, below),
        key('var(--second)', `${second}, above it: `, above),
      ),
    ],
  }
}

function histogram(data: ReportData, threshold: number | undefined): PlotOptions {
  const bars = barsOf(data)
  const cut = threshold ?? -Infinity
  const lower = bars.filter(({ from }) => from < cut)
  const upper = bars.filter(({ to }) => to > cut)
  const sides = { y: 'rows', inset: 0.5, rx: 1 } as const
  return {
    ariaLabel: 'histogram of the scores',
    x: { label: null, nice: false },
    y: { label: null },
    marks: [
      gridY({ strokeOpacity: 0.12 }),
      rectY(lower, {
        ...sides,
        x1: 'from',
        x2: ({ to }: Bar) => Math.min(to, cut),
        fill: 'var(--first)',
        title: barTitle,
      }),
      rectY(upper, {
        ...sides,
        x1: ({ from }: Bar) => Math.max(from, cut),
        x2: 'to',
        fill: 'var(--second)',
        title: barTitle,
      }),
      axisX({ tickSize: 4, ticks: 6 }),
      axisY({ tickSize: 0, ticks: 5, tickFormat: compact }),
      ruleY([0]),
      ...(threshold === undefined
        ? []
        : [ruleX([threshold], { stroke: 'currentColor', strokeDasharray: '4 3' })]),
    ],
  }
}

const barTitle = ({ from, to, rows }: Bar): string =>
  `${plain(from)} to ${plain(to)}: ${counted(rows, 'row')}`

function shareCurve({ scores, decision }: ReportData, threshold: Threshold): PlotOptions {
  const total = Math.max(1, scores.count)
  const points = scores.grid.edges.map((edge, index) => ({
    edge,
    share: (scores.grid.above[index] ?? 0) / total,
  }))
  const here = points[threshold.index]
  const at = here === undefined ? [] : [here]
  return {
    ariaLabel: 'share of the second class against the threshold',
    x: { label: null },
    y: { label: null, domain: [0, 1], tickFormat: '%' },
    marks: [
      areaY(points, { x: 'edge', y1: 'share', y2: 1, fill: 'var(--first)', fillOpacity: 0.25 }),
      areaY(points, { x: 'edge', y1: 0, y2: 'share', fill: 'var(--second)', fillOpacity: 0.25 }),
      lineY(points, { x: 'edge', y: 'share', stroke: 'var(--second)', strokeWidth: 2 }),
      axisX({ tickSize: 4, ticks: 6 }),
      axisY({ tickSize: 0, ticks: 5, tickFormat: '%' }),
      ruleX(at, { x: 'edge', stroke: 'currentColor', strokeDasharray: '4 3' }),
      dot(at, { x: 'edge', y: 'share', fill: 'var(--second)', stroke: 'var(--card)', r: 5 }),
      text(at, {
        x: 'edge',
        y: 'share',
        text: ({ share }: { share: number }) => `${decision.labels[1] ?? '1'}: ${percent(share)}`,
        ...besidePoint(threshold.index > points.length * 0.75),
        fill: 'currentColor',
        stroke: 'var(--card)',
        strokeWidth: 4,
      }),
    ],
  }
}

/** On the side where there is room. */
const besidePoint = (isRight: boolean) =>
  ({ textAnchor: isRight ? 'end' : 'start', dx: isRight ? -10 : 10, dy: -12 }) as const

function classBars({ classes, scores }: ReportData): HTMLElement {
  const { element, place } = figure('Share of each class', 'of all scored rows')
  const total = Math.max(1, scores.count)
  draw(place, () => ({
    ariaLabel: 'rows of each class',
    height: 60 + (classes.length > CLASSES_BESIDE_MAX ? 20 : 26) * classes.length,
    marginLeft: 110,
    marginRight: 70,
    x: { label: null, axis: null },
    y: { label: null, domain: classes.map(({ label }) => label) },
    marks: [
      barX(classes, { x: 'rows', y: 'label', fill: 'var(--second)', insetTop: 3, insetBottom: 3 }),
      text(classes, {
        x: 'rows',
        y: 'label',
        text: ({ rows }: { rows: number }) => percent(rows / total),
        textAnchor: 'start',
        dx: 6,
      }),
    ],
  }))
  return element
}
