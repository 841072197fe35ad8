import { addedNames, type Decision, type Output, thresholdsOf } from '@millrace/job'
import { DecisionError } from './decision-error.ts'
import { numberOf } from './number-of.ts'

/** What a typed format takes a column for. A label column is of integers when each label is one. */
export type ColumnType = 'number' | 'integer' | 'text'

export interface AddedColumn {
  readonly name: string
  readonly type: ColumnType
}

/** The columns that a result has for each row, and how a prediction's text fills them. */
export interface Deciding {
  readonly columns: readonly AddedColumn[]
  /**
   * The fields of a prediction, one for each column; nothing for the class of one that is no number (`nan`). A row
   * without a prediction is not asked for: it has none of them.
   *
   * @throws {DecisionError} for a prediction that is not of the kind that was asked for.
   */
  fields(prediction: string): (string | undefined)[]
  /** The same for a prediction that is a plain number, where nothing else is written of it. */
  readonly ofNumber?: {
    /** A class is written for each. */
    readonly thresholds: readonly number[]
    readonly labels: readonly [below: string, above: string]
  }
}

/**
 * How a job turns predictions into columns.
 *
 * Binary: above the threshold is the second label; exactly the threshold is the first, as in the loop
 * that users come from (`p > 0.5`). Multi-class: the label of the greatest of the comma-separated
 * probabilities, the first of them when two are equal. None: the prediction as it is.
 *
 * @param first the first prediction of the job, which decides what the spec leaves open: how many
 *   classes there are, and whether a prediction that nothing is decided on is a number.
 * @param known how many classes there are, where the job's first rows have told it.
 */
export function decideBy(
  decision: Decision,
  names: Output['names'],
  first: string,
  known?: number,
): Deciding {
  switch (decision.kind) {
    case 'binary':
      return binary(decision, names)
    case 'multiclass':
      return multiclass(decision, names, known ?? valuesOf(first).length)
    case 'none':
      return verbatim(names, first)
    default:
      return decision.kind satisfies never
  }
}

function binary(decision: Decision, names: Output['names']): Deciding {
  const thresholds = thresholdsOf(decision)
  const [below = '0', above = '1'] = decision.labels ?? []
  const type = typeOf([below, above])
  const columns = addedNames(decision, names).map(
    (name, at): AddedColumn => ({ name, type: at === 0 ? 'number' : type }),
  )
  return {
    ofNumber: { thresholds, labels: [below, above] },
    columns,
    fields: (prediction) => {
      const value = numberOf(prediction)
      if (value === undefined) throw new DecisionError(prediction, 'one number', 'binary')
      const label = (threshold: number) => (value > threshold ? above : below)
      return [prediction, ...thresholds.map(Number.isNaN(value) ? () => undefined : label)]
    },
  }
}

function multiclass(decision: Decision, names: Output['names'], found: number): Deciding {
  const { labels, probabilities } = decision
  const classes = labels?.length ?? Math.max(found, 1)
  const label = (index: number): string => labels?.[index] ?? String(index)
  const winnerOnly = probabilities === 'winner'
  const ofWinner = winnerOnly ? 0 : classes
  const type = labels === undefined ? 'integer' : typeOf(labels)
  const columns = addedNames(decision, names, classes).map(
    (name, at): AddedColumn => ({ name, type: at === ofWinner ? type : 'number' }),
  )
  const winnerIn = (texts: readonly string[], prediction: string): number => {
    const values = texts.map(numberOf)
    if (values.length !== classes || values.length < 2 || values.includes(undefined)) {
      throw new DecisionError(prediction, wantedClasses(classes, labels), 'multiclass')
    }
    const numbers = values as number[]
    return numbers.some(Number.isNaN) ? -1 : numbers.indexOf(Math.max(...numbers))
  }
  return {
    columns,
    fields: (prediction) => {
      const texts = valuesOf(prediction)
      const winner = winnerIn(texts, prediction)
      const text = winner < 0 ? undefined : label(winner)
      return winnerOnly ? [text, texts[winner]] : [...texts, text]
    },
  }
}

function wantedClasses(classes: number, labels: readonly string[] | undefined): string {
  if (classes < 2) return 'several numbers'
  return `${classes} numbers${labels === undefined ? ', as the first rows have' : ', one a label'}`
}

function verbatim(names: Output['names'], first: string): Deciding {
  const type = numberOf(first) === undefined ? 'text' : 'number'
  return {
    ofNumber: { thresholds: [], labels: ['', ''] },
    columns: [{ name: names.prediction, type }],
    fields: (prediction) => [prediction],
  }
}

/** The texts of the numbers of one row: `0.1,0.9`, `[0.1, 0.9]` or `"[0.1, 0.9]"`. */
export function valuesOf(prediction: string): string[] {
  return prediction
    .replace(/^"?\[|\]"?$/g, '')
    .split(',')
    .map((text) => text.trim())
}

/** A whole number, as a database would write it: `01` and `1.0` are names. */
const INTEGER = /^(?:0|-?[1-9]\d{0,14})$/

const typeOf = (labels: readonly string[]): ColumnType =>
  labels.every((label) => INTEGER.test(label)) ? 'integer' : 'text'
