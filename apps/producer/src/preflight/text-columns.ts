import { chooseColumns, parseFields, rowOffsets } from '@millrace/csv'
import { dialectOf, type Job, type PinnedDataset } from '@millrace/job'

/** A wide table of text would fill the screen. */
const NAMED_MAX = 12

/**
 * A sentence that names the features that hold text in the refused rows: what most models want is
 * numbers, and ids, dates and names are what a table brings along. None when all are numbers.
 */
export function textColumnsAdvice(
  { spec }: Job,
  dataset: PinnedDataset,
  payload: Uint8Array,
): string[] {
  if (spec.dataset.format === 'jsonl') return []
  const { kept } = chooseColumns(dataset, spec.dataset.features)
  const texts = textsIn(payload, dialectOf(spec.dataset))
  const named = kept.flatMap((column, index) =>
    texts.has(index) ? [dataset.columns?.[column] ?? String(column)] : [],
  )
  if (named.length === 0) return []
  const more = named.length > NAMED_MAX ? ` and ${named.length - NAMED_MAX} more` : ''
  const list = `${named.slice(0, NAMED_MAX).map(shown).join(', ')}${more}`
  return [
    `There is text in ${list}: a model that wants numbers takes it encoded as in its training, or left out by features.exclude (--exclude), with the rest in the order of its training (--include).`,
  ]
}

/** A header is the file's own text: bounded, and without what speaks to the terminal of who reads the reason. */
function shown(name: string): string {
  const text = name.length > NAME_CHARS_MAX ? `${name.slice(0, NAME_CHARS_MAX)}…` : name
  return /\p{Cc}/u.test(text) ? JSON.stringify(text) : text
}

const NAME_CHARS_MAX = 64

/** Which fields, by their place in the payload, are not numbers; an empty one is a missing number. */
function textsIn(payload: Uint8Array, dialect: ReturnType<typeof dialectOf>): Set<number> {
  const texts = new Set<number>()
  const offsets = rowOffsets(payload, dialect)
  for (const [row, end] of offsets.subarray(1).entries()) {
    const fields = parseFields(payload.subarray(offsets[row], end), dialect)
    for (const [index, field] of fields.entries()) if (!isNumber(field)) texts.add(index)
  }
  return texts
}

const isNumber = (field: string): boolean =>
  !Number.isNaN(Number(field)) || /^\s*([-+]?inf(inity)?|n\/?a|nan|null|none)\s*$/i.test(field)
