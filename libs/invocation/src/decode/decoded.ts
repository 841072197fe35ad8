import type { Choice } from './choice.ts'

/** What was read out of an answer: a prediction for each row sent, or why that cannot be said. */
export type Decoded =
  | {
      readonly kind: 'decoded'
      /** One line a row, without a final newline: the very text the endpoint sent for each. */
      readonly predictions: Buffer
      readonly layout: Layout
      /** There was another thing to take, too. */
      readonly choice?: Choice
    }
  | { readonly kind: 'malformed'; readonly reason: string }

/** How an endpoint lays out its predictions. */
export type Layout =
  | 'lines' // One number a line.
  | 'one_line' // The numbers or lists of all rows on one line, separated by commas.
  | 'rows' // Several fields a line: the classes of a multi-class model, or selected content.
  | 'table' // A header line, then a line a row.
  | 'json'
  | 'json_lines'
  | 'npy'
  | 'recordio'
