import { axisX, axisY, dot, gridX, gridY, line, type PlotOptions, ruleY } from '@observablehq/plot'
import type { BinaryQuality } from '../src/labelled-scores.ts'
import { labelsDoubt } from '../src/labels-seen.ts'
import type { ReportData } from '../src/report-data.ts'
import { confusionTable } from './confusion-table.ts'
import { coverage } from './coverage.ts'
import { figure, h, metric } from './dom.ts'
import { draw } from './draw.ts'
import { amount, counted, fixed, percent, plain } from './numbers.ts'
import type { Threshold } from './threshold.ts'

interface Counts {
  readonly tp: number
  readonly fp: number
  readonly fn: number
  readonly tn: number
}

/** Scores against labels: the curves, and what the threshold on the page makes of the rows. */
export function binaryQuality(
  data: ReportData,
  quality: BinaryQuality,
  threshold: Threshold,
): HTMLElement {
  const countsAt = (index: number): Counts => {
    const [tp, fp] = [quality.truePositives[index] ?? 0, quality.falsePositives[index] ?? 0]
    return { tp, fp, fn: quality.positives - tp, tn: quality.negatives - fp }
  }
  const costs = createCosts(data, quality, threshold, countsAt)
  const confusion = h('div', { class: 'scroll' })
  const metrics = h('div', { class: 'metrics', id: 'at-threshold' })
  const curves = createCurves(quality, () => countsAt(threshold.index))
  const update = (): void => {
    const counts = countsAt(threshold.index)
    confusion.replaceChildren(confusionOf(data, counts))
    metrics.replaceChildren(...metricsOf(counts))
    costs.update()
    curves.redraw()
  }
  threshold.onChange(update)
  update()
  return h(
    'section',
    { id: 'quality' },
    h('h2', {}, 'Against the labels'),
    h('p', { class: 'soft' }, classes(data, quality)),
    ...doubts(quality),
    overall(quality),
    h('div', { class: 'charts' }, ...curves.elements),
    h(
      'div',
      { class: 'charts' },
      h('div', {}, h('h3', {}, 'At the threshold'), confusion, metrics),
      costs.element,
    ),
  )
}

/** The labels may call the second class otherwise than the job does. */
function classes(
  { decision }: ReportData,
  { positives, negatives, labels }: BinaryQuality,
): string {
  const second = decision.labels[1] ?? '1'
  const positive = labels?.positive ?? second
  const which = positive === second ? second : `${positive} by their label, which is ${second} here`
  return `${counted(positives, 'row is', 'rows are')} ${which}; ${counted(negatives, 'is', 'are')} not`
}

function doubts({ labels }: BinaryQuality): HTMLElement[] {
  const doubt = labels && labelsDoubt(labels)
  return doubt === undefined ? [] : [h('p', { class: 'doubt' }, doubt)]
}

function overall(quality: BinaryQuality): HTMLElement {
  const { positives, negatives, brier, logLoss } = quality
  return h(
    'div',
    { class: 'metrics' },
    metric('area under ROC', fixed(quality.rocAuc)),
    metric('average precision', fixed(quality.averagePrecision)),
    ...(brier === undefined ? [] : [metric('Brier score', fixed(brier))]),
    ...(logLoss === undefined ? [] : [metric('log loss', fixed(logLoss))]),
    ...coverage({ ...quality, rows: positives + negatives }),
  )
}

function confusionOf({ decision }: ReportData, { tp, fp, fn, tn }: Counts): HTMLElement {
  const [first = '0', second = '1'] = decision.labels
  return confusionTable(
    [first, second],
    [
      [tn, fp],
      [fn, tp],
    ],
  )
}

const ratio = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole)
const f1Of = ({ tp, fp, fn }: Counts): number => ratio(2 * tp, 2 * tp + fp + fn)

function metricsOf(counts: Counts): HTMLElement[] {
  const { tp, fp, fn, tn } = counts
  return [
    metric('precision', fixed(ratio(tp, tp + fp))),
    metric('recall', fixed(ratio(tp, tp + fn))),
    metric('F1', fixed(f1Of(counts))),
    metric('accuracy', fixed(ratio(tp + tn, tp + fp + fn + tn))),
  ]
}

/** The best thresholds. Other costs are tried at the grid's edges, a thousand of them. */
function createCosts(
  { scores }: ReportData,
  { costs, best }: BinaryQuality,
  threshold: Threshold,
  countsAt: (index: number) => Counts,
) {
  const input = (name: string, value: number): HTMLInputElement =>
    h('input', { type: 'number', min: 0, step: 'any', value, 'aria-label': name })
  const [falsePositive, falseNegative] = [
    input('cost of a false positive', costs.falsePositive),
    input('cost of a false negative', costs.falseNegative),
  ]
  const costOf = ({ fp, fn }: Counts): number =>
    fp * (falsePositive.valueAsNumber || 0) + fn * (falseNegative.valueAsNumber || 0)
  const cheapest = (): number => {
    let index = 0
    let cost = Infinity
    scores.grid.edges.forEach((_, at) => {
      const here = costOf(countsAt(at))
      if (here <= cost) [index, cost] = [at, here]
    })
    return scores.grid.edges[index] ?? 0
  }
  const [f1, cost] = [
    h('button', { type: 'button' }),
    h('button', { type: 'button', id: 'least-cost' }),
  ]
  const now = h('p', { class: 'soft small' })
  f1.textContent = `best F1 ${fixed(best.f1.value)} at ${plain(best.f1.threshold)}`
  f1.addEventListener('click', () => threshold.set(best.f1.threshold))
  cost.addEventListener('click', () => threshold.set(cheapest()))
  const update = (): void => {
    const at = cheapest()
    cost.textContent = `least cost at ${plain(at)}`
    now.textContent = `at the threshold shown the errors cost ${amount(costOf(countsAt(threshold.index)))}`
  }
  for (const field of [falsePositive, falseNegative]) field.addEventListener('input', update)
  return {
    update,
    element: h(
      'div',
      {},
      h('h3', {}, 'Best thresholds'),
      h('div', { class: 'controls' }, f1, cost),
      h(
        'p',
        { class: 'controls small' },
        'a false positive costs',
        falsePositive,
        'a false negative',
        falseNegative,
      ),
      now,
    ),
  }
}

function createCurves(quality: BinaryQuality, counts: () => Counts) {
  const { positives, negatives, calibration } = quality
  const roc = figure('ROC', 'true positive rate against false positive rate')
  const precision = figure('Precision and recall', 'precision against recall')
  const redraws = [
    draw(roc.place, () => {
      const { tp, fp } = counts()
      const diagonal = [
        [0, 0],
        [1, 1],
      ]
      return unitChart('ROC curve', quality.roc, diagonal, [
        [ratio(fp, negatives), ratio(tp, positives)],
      ])
    }),
    draw(precision.place, () => {
      const { tp, fp } = counts()
      const share = positives / (positives + negatives)
      const chance = [
        [0, share],
        [1, share],
      ]
      const here = [[ratio(tp, positives), tp + fp === 0 ? 1 : ratio(tp, tp + fp)]]
      return unitChart('precision-recall curve', quality.precisionRecall, chance, here)
    }),
  ]
  const elements = [roc.element, precision.element]
  if (calibration !== undefined) {
    const chart = figure('Calibration', 'share of positives against the mean score of ten bins')
    draw(chart.place, () => calibrationChart(calibration))
    elements.push(chart.element)
  }
  return { elements, redraw: () => redraws.forEach((redraw) => redraw()) }
}

type Points = readonly (readonly number[])[]

function unitChart(ariaLabel: string, curve: Points, chance: Points, here: Points): PlotOptions {
  return {
    ariaLabel,
    height: 280,
    ...unitAxes,
    marks: [
      ...unitGrid(),
      line(chance, { stroke: 'currentColor', strokeOpacity: 0.4, strokeDasharray: '4 3' }),
      line(curve, { stroke: 'var(--second)', strokeWidth: 2 }),
      dot(here, { fill: 'var(--second)', stroke: 'var(--card)', strokeWidth: 2, r: 6 }),
    ],
  }
}

const unitAxes = {
  x: { domain: [0, 1], label: null },
  y: { domain: [0, 1], label: null },
  marginRight: 12,
} as const

const unitGrid = () => [
  gridX({ strokeOpacity: 0.1 }),
  gridY({ strokeOpacity: 0.1 }),
  axisX({ tickSize: 4, ticks: 5 }),
  axisY({ tickSize: 0, ticks: 5 }),
  ruleY([0]),
]

function calibrationChart(calibration: NonNullable<BinaryQuality['calibration']>): PlotOptions {
  const most = Math.max(...calibration.map(({ rows }) => rows))
  return {
    ariaLabel: 'calibration curve',
    height: 280,
    ...unitAxes,
    r: { type: 'sqrt', domain: [0, most], range: [2, 11] },
    marks: [
      ...unitGrid(),
      line(
        [
          [0, 0],
          [1, 1],
        ],
        { stroke: 'currentColor', strokeOpacity: 0.4, strokeDasharray: '4 3' },
      ),
      line(calibration, {
        x: 'meanScore',
        y: 'positives',
        stroke: 'var(--second)',
        strokeWidth: 2,
      }),
      dot(calibration, {
        x: 'meanScore',
        y: 'positives',
        r: 'rows',
        fill: 'var(--second)',
        stroke: 'var(--card)',
        title: ({ from, to, rows, positives }: (typeof calibration)[number]) =>
          `${from} to ${to}: ${counted(rows, 'row')}, ${percent(positives)} positive`,
      }),
    ],
  }
}
