import { floatText } from './float-text.ts'

/**
 * How answers are laid out, by the container that does so:
 * `lines` XGBoost 1.2-2 and later; `one_line` XGBoost up to 1.2-1 and multi-model; `class_lines` both
 * classes' probabilities on a line, as multi:softprob; `bracketed` the same from a multi-model
 * container; `selectable` XGBoost with selectable content; `header_line` AutoGluon.
 */
export const LAYOUTS = [
  'lines',
  'one_line',
  'class_lines',
  'bracketed',
  'selectable',
  'header_line',
] as const

export type Layout = (typeof LAYOUTS)[number]

export type Accept = 'text/csv' | 'application/json' | 'application/jsonlines'

/** The body of an answer, or undefined where the container has no encoder and fails (500). */
export function encodePredictions(
  scores: readonly number[],
  layout: Layout,
  accept: Accept,
): string | undefined {
  return ENCODERS[layout][accept]?.(scores)
}

type Encoder = (scores: readonly number[]) => string

const ENCODERS: Readonly<Record<Layout, { readonly [accept in Accept]?: Encoder }>> = {
  lines: {
    'text/csv': (scores) => `${scores.map(floatText).join('\n')}\n`,
    'application/json': (scores) => predictions(scores.map(floatText)),
  },
  one_line: {
    'text/csv': (scores) => scores.map(floatText).join(','),
    'application/json': (scores) => list(scores.map(floatText)),
  },
  class_lines: {
    'text/csv': (scores) => `${scores.map((score) => classes(score).join(',')).join('\n')}\n`,
    'application/json': (scores) => predictions(scores.map((score) => list(classes(score)))),
  },
  bracketed: {
    'text/csv': (scores) => scores.map((score) => list(classes(score))).join(','),
    'application/json': (scores) => list(scores.map((score) => list(classes(score)))),
  },
  selectable: {
    'text/csv': (scores) => scores.map(selectedFields).join('\n'),
    'application/json': (scores) => `{"predictions": ${list(scores.map(selected))}}`,
    'application/jsonlines': (scores) => scores.map((score) => `${selected(score)}\n`).join(''),
  },
  header_line: {
    'text/csv': (scores) => ['label,0_proba,1_proba', ...scores.map(labelled), ''].join('\n'),
  },
}

const list = (values: readonly string[]): string => `[${values.join(', ')}]`

const predictions = (values: readonly string[]): string =>
  `{"predictions": ${list(values.map((value) => `{"score": ${value}}`))}}`

/** The probabilities of both classes. The container subtracts in float64. */
const classes = (score: number): string[] => [floatText(1 - score), floatText(score)]

const labelOf = (score: number): number => (score > 0.5 ? 1 : 0)

const selected = (score: number): string =>
  `{"predicted_label": ${labelOf(score)}, "labels": [0, 1], "probability": ${floatText(score)}, ` +
  `"probabilities": ${list(classes(score))}}`

const selectedFields = (score: number): string =>
  `${labelOf(score)},${floatText(score)},"[0, 1]","${list(classes(score))}"`

const labelled = (score: number): string => [labelOf(score), ...classes(score)].join(',')
