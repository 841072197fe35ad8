import { axisX, axisY, dot, gridX, gridY, line } from '@observablehq/plot'
import type { MulticlassQuality } from '../src/multiclass-quality.ts'
import type { RegressionQuality } from '../src/regression-quality.ts'
import { confusionTable } from './confusion-table.ts'
import { coverage } from './coverage.ts'
import { figure, h, metric } from './dom.ts'
import { draw } from './draw.ts'
import { amount, count, counted, fixed } from './numbers.ts'

/** Beside the table of classes a matrix of more would show some of its columns only. */
const CLASSES_BESIDE_MAX = 4

/** Several classes against their labels. */
export function multiclassQuality(quality: MulticlassQuality): HTMLElement {
  const head = ['class', 'rows', 'precision', 'recall', 'F1'].map((name, index) =>
    h('th', { class: index > 0 ? 'number' : undefined }, name),
  )
  const rows = quality.classes.map(({ label, rows: total, precision, recall, f1 }) =>
    h(
      'tr',
      {},
      h('td', {}, label),
      ...[count(total), fixed(precision), fixed(recall), fixed(f1)].map((text) =>
        h('td', { class: 'number' }, text),
      ),
    ),
  )
  const isMany = quality.classes.length > CLASSES_BESIDE_MAX
  return h(
    'section',
    { id: 'quality' },
    h('h2', {}, 'Against the labels'),
    h(
      'div',
      { class: 'metrics' },
      metric('accuracy', fixed(quality.accuracy)),
      metric('mean F1 of the classes', fixed(quality.macroF1)),
      ...coverage(quality),
    ),
    h(
      'div',
      { class: isMany ? 'charts stacked' : 'charts' },
      h(
        'div',
        { class: 'scroll' },
        confusionTable(
          quality.classes.map(({ label }) => label),
          quality.confusion,
        ),
      ),
      h(
        'div',
        { class: 'scroll' },
        h(
          'table',
          { class: 'wide' },
          h('thead', {}, h('tr', {}, ...head)),
          h('tbody', {}, ...rows),
        ),
      ),
    ),
  )
}

/** Predicted numbers against their labels. */
export function regressionQuality(quality: RegressionQuality): HTMLElement {
  const { element, place } = figure(
    'Predicted against true',
    `upwards what was predicted, across what is true, of ${counted(quality.sample.length, 'row')}; on the line they are equal`,
  )
  const values = quality.sample.flat()
  const [low, high] = [Math.min(...values), Math.max(...values)]
  draw(place, () => ({
    ariaLabel: 'predicted against true values',
    height: 320,
    x: { label: null },
    y: { label: null },
    marks: [
      gridX({ strokeOpacity: 0.1 }),
      gridY({ strokeOpacity: 0.1 }),
      axisX({ tickSize: 4, ticks: 6 }),
      axisY({ tickSize: 0, ticks: 6 }),
      line(
        [
          [low, low],
          [high, high],
        ],
        { stroke: 'currentColor', strokeOpacity: 0.5, strokeDasharray: '4 3' },
      ),
      dot(quality.sample, { fill: 'var(--second)', fillOpacity: 0.35, r: 2.5 }),
    ],
  }))
  return h(
    'section',
    { id: 'quality' },
    h('h2', {}, 'Against the labels'),
    h(
      'div',
      { class: 'metrics' },
      metric('mean absolute error', amount(quality.meanAbsoluteError)),
      metric('root mean squared error', amount(quality.rootMeanSquaredError)),
      metric('R²', fixed(quality.r2)),
      ...coverage(quality),
    ),
    h('div', { class: 'charts' }, element),
  )
}
