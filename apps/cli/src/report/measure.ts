import { printable } from '@millrace/job'
import {
  type Costs,
  createLabelledScores,
  createLabelsSeen,
  createMulticlassCounts,
  createRegressionSums,
  type Decision,
  type Labelled,
  labelsDoubt,
  type ReadScores,
  ReportError,
} from '@millrace/report'
import { CliError } from '../cli-error.ts'
import { fit } from '../show/fit.ts'
import type { World } from '../world.ts'
import type { ReportOptions } from './report-options.ts'

/** Holds predictions against labels, whatever the job decides. */
export interface Measure {
  add(read: ReadScores, labels: readonly string[]): void
  finish(): Labelled
}

export interface MeasureOptions {
  readonly rows: number
  /** The label that stands for the second class; the decision's own unless given. */
  readonly positive?: string | undefined
  readonly costs: Costs
  /** Hears what is to be doubted of the labels. */
  note(text: string): void
}

/**
 * What was asked for; nothing without labels.
 *
 * @throws {CliError} for a positive label where there are no two classes.
 */
export function measureFor(
  decision: Decision,
  rows: number,
  { labels, positive, costFalsePositive, costFalseNegative }: ReportOptions,
  { stderr }: Pick<World, 'stderr'>,
): Measure | undefined {
  if (positive !== undefined && decision.kind !== 'binary') {
    throw new CliError(`--positive: has no effect where the decision is ${decision.kind}`, {
      hint: 'it is for a binary decision, whose second class it names',
    })
  }
  if (labels === undefined) return undefined
  const costs = { falsePositive: costFalsePositive, falseNegative: costFalseNegative }
  const note = (text: string) => void stderr.write(`${fit(printable(text), stderr)}\n`)
  return createMeasure(decision, { rows, positive, costs, note })
}

/** @throws {ReportError} `too_many_rows` */
export function createMeasure(decision: Decision, options: MeasureOptions): Measure {
  switch (decision.kind) {
    case 'binary':
      return binary(decision, options)
    case 'multiclass':
      return multiclass(decision)
    case 'none':
      return regression()
    default:
      return decision.kind satisfies never
  }
}

function binary(
  { threshold, labels }: Decision,
  { rows, positive, costs, note }: MeasureOptions,
): Measure {
  const scores = createLabelledScores(rows)
  const wanted = canonical(positive ?? labels[1] ?? '1')
  const classes = new Set([...labels.map(canonical), wanted])
  const labelsSeen = createLabelsSeen(wanted)
  return {
    add(read, given) {
      read.scores.forEach((score, row) => {
        const label = labelIn(given[row] ?? '', classes)
        scores.add(score, label === '' ? undefined : label === wanted)
        if (label !== '' && !Number.isNaN(score)) labelsSeen.add(label)
      })
    },
    finish() {
      const seen = labelsSeen.seen()
      const { grid, quality } = scores.finish(threshold, costs, seen)
      const doubt = labelsDoubt(seen)
      if (doubt !== undefined) note(doubt)
      return { grid, quality }
    },
  }
}

function multiclass({ labels }: Decision): Measure {
  const counts = createMulticlassCounts()
  const known = new Set(labels.map(canonical))
  const [predictions, truths] = [new Set(known), new Set<string>()]
  return {
    add({ classes = [] }, given) {
      classes.forEach((predicted, row) => {
        const label = labelIn(given[row] ?? '', known)
        counts.add(orNothing(canonical(predicted)), orNothing(label))
        predictions.add(canonical(predicted))
        if (label !== '') truths.add(label)
      })
    },
    finish() {
      const quality = counts.finish()
      // Else all is wrong by the page, and nothing by what was meant.
      if (![...truths].some((label) => predictions.has(label))) throw unlike(truths, predictions)
      return { quality }
    },
  }
}

function unlike(truths: ReadonlySet<string>, predictions: ReadonlySet<string>): ReportError {
  const [labels, classes] = [truths, predictions].map((names) =>
    [...names]
      .filter((name) => name !== '')
      .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
      .slice(0, 10)
      .join(', '),
  )
  const detail = `no label is one of the classes ${classes}: the labels are ${labels}`
  return new ReportError('no_scores', detail, 'name the column of the classes with --label-column')
}

function regression(): Measure {
  const sums = createRegressionSums()
  return {
    add({ scores }, given) {
      scores.forEach((score, row) => {
        const label = (given[row] ?? '').trim()
        sums.add(score, label === '' ? undefined : Number(label))
      })
    },
    finish: () => ({ quality: sums.finish() }),
  }
}

const orNothing = (label: string): string | undefined => (label === '' ? undefined : label)

/** The label of a row; empty for a word that stands for a missing one, unless it is the name of a class. */
function labelIn(given: string, classes: ReadonlySet<string>): string {
  const label = canonical(given)
  return !classes.has(label) && /^(nan|na|null|none)$/i.test(label) ? '' : label
}

/** One text for a label that pandas may have made a float of: `1.0` is `1`. */
function canonical(label: string): string {
  const text = label.trim()
  return /^[-+]?\d+\.0*$/.test(text) || /^\+?\d+$/.test(text) ? String(Number(text)) : text
}
