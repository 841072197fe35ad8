import { type Head, inspectHead } from '@millrace/csv'
import { dialectOf, type JobSpec } from '@millrace/job'

/**
 * The head of an object by its first bytes, for who looks for rows to try. An object with nothing behind its header
 * has none, also where that is known to be one, as with `header: present`.
 *
 * @throws {CsvError}
 */
export function headOfStart(
  bytes: Uint8Array,
  isWhole: boolean,
  dataset: JobSpec['dataset'],
): Head {
  const header = dataset.format === 'jsonl' ? 'absent' : dataset.csv.header
  const dialect = dialectOf(dataset)
  const head = inspectHead(bytes, dialect, header, isWhole)
  if (!head.header || !isWhole) return head
  const behind = inspectHead(bytes.subarray(head.bodyStart), dialect, 'absent', isWhole)
  return behind.width === 0 ? { ...head, isAlone: true } : head
}
