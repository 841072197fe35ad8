import { ReportError } from './report-error.ts'

/** How good a model of several classes is, by rows whose class is known. */
export interface MulticlassQuality {
  readonly kind: 'multiclass'
  readonly rows: number
  readonly withoutLabel: number
  readonly withoutScore: number
  readonly accuracy: number
  /** The mean of the classes' F1. */
  readonly macroF1: number
  readonly classes: readonly ClassQuality[]
  /** `confusion[actual][predicted]`, in the order of `classes`. */
  readonly confusion: readonly (readonly number[])[]
}

export interface ClassQuality {
  readonly label: string
  readonly rows: number
  readonly precision: number
  readonly recall: number
  readonly f1: number
}

/** A matrix of more cannot be read, nor need it be kept. */
const CLASSES_MAX = 200

/** Counts predicted classes against labels. */
export function createMulticlassCounts() {
  const places = new Map<string, number>()
  const counts = new Map<string, number>()
  let [withoutLabel, withoutScore] = [0, 0]
  const placeOf = (label: string): number => {
    const place = places.get(label) ?? places.size
    if (place === CLASSES_MAX) {
      throw new ReportError('too_many_rows', `more than ${CLASSES_MAX} different labels`)
    }
    places.set(label, place)
    return place
  }
  return {
    /** A predicted class (undefined when the row failed) and the label (undefined when not known). */
    add(predicted: string | undefined, label: string | undefined): void {
      if (label === undefined) withoutLabel += predicted === undefined ? 0 : 1
      else if (predicted === undefined) withoutScore += 1
      else {
        const cell = `${placeOf(label)},${placeOf(predicted)}`
        counts.set(cell, (counts.get(cell) ?? 0) + 1)
      }
    },
    finish(): MulticlassQuality {
      const labels = [...places.keys()].sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
      const at = labels.map((label) => places.get(label))
      const confusion = at.map((actual) => at.map((found) => counts.get(`${actual},${found}`) ?? 0))
      return { kind: 'multiclass', withoutLabel, withoutScore, ...qualityOf(labels, confusion) }
    },
  }
}

function qualityOf(labels: readonly string[], confusion: readonly (readonly number[])[]) {
  const rowSums = confusion.map((row) => sum(row))
  const rows = sum(rowSums)
  if (rows === 0) throw new ReportError('no_scores', 'no row has both a prediction and a label')
  const classes = labels.map((label, index) => {
    const hits = confusion[index]?.[index] ?? 0
    const predicted = sum(confusion.map((row) => row[index] ?? 0))
    const actual = rowSums[index] ?? 0
    const [precision, recall] = [ratio(hits, predicted), ratio(hits, actual)]
    return { label, rows: actual, precision, recall, f1: ratio(2 * hits, predicted + actual) }
  })
  return {
    rows,
    accuracy: sum(confusion.map((row, index) => row[index] ?? 0)) / rows,
    macroF1: sum(classes.map(({ f1 }) => f1)) / classes.length,
    classes,
    confusion,
  }
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)
/** Of nothing it is 0, as scikit-learn has it. */
const ratio = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole)
