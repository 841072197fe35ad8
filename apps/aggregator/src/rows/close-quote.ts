import { type Dialect, endsInQuotes } from '@millrace/csv'
import type { Batch, PinnedDataset } from '@millrace/job'
import type { BatchRows } from './result-format.ts'

type Input = NonNullable<BatchRows['input']>

/**
 * The rows of a batch as something can be written behind each of them: an object that ends within quotes
 * gets the quote that closes them. Otherwise what is added to its last row, and the first rows of the next
 * object, would be text within that quote.
 *
 * The quote comes behind the row's last byte, so its fields are what they were for whoever read the object,
 * a newline in the last of them included. Nothing but the last row of an object is looked at.
 */
export function closeQuote(
  input: Input,
  batch: Batch,
  { objects }: PinnedDataset,
  dialect: Dialect,
): Input {
  if (batch.bytes.end !== objects[batch.object]?.bytes) return input
  const { bytes, offsets } = input
  if (!endsInQuotes(bytes.subarray(offsets.at(-2), offsets.at(-1)), dialect)) return input
  const closed = offsets.slice()
  closed[closed.length - 1] = bytes.length + 1
  return { bytes: Buffer.concat([bytes, Buffer.from(dialect.quote)]), offsets: closed }
}
