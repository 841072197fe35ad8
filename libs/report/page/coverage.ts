import { metric } from './dom.ts'
import { count } from './numbers.ts'

interface Coverage {
  /** Rows that have a score and a label: what is told of the model is told by them. */
  readonly rows: number
  readonly withoutScore: number
  readonly withoutLabel: number
}

/** Which rows the labels tell something about, and which they do not. */
export const coverage = ({ rows, withoutScore, withoutLabel }: Coverage): HTMLElement[] => [
  metric('scored, with a label', count(rows)),
  metric('labelled, no score', count(withoutScore)),
  metric('no label', count(withoutLabel)),
]
