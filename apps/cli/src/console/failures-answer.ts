import type { FailuresAnswer } from '@millrace/console'
import type { JobId } from '@millrace/job'
import { readFailures } from '@millrace/ledger'
import { openReader } from '../reader/job-reader.ts'
import type { World } from '../world.ts'
import type { ConsoleOptions } from './console-options.ts'

/** Enough to see why: `millrace get --where-failed` and the errors file have all. */
const ROWS_MAX = 200

/** The first failed rows of a job, as far as it is recorded. */
export async function failuresAnswer(
  jobId: JobId,
  options: ConsoleOptions,
  world: World,
): Promise<FailuresAnswer> {
  await using reader = await openReader(jobId, options, world)
  const { system, job, documentsOf } = reader
  const rows: FailuresAnswer['rows'][number][] = []
  for await (const { row, code, message } of readFailures(
    system.ledger,
    job,
    documentsOf,
    world.stop,
  )) {
    if (rows.length === ROWS_MAX) return { rows, more: true }
    rows.push({ row, code, message })
  }
  return { rows, more: false }
}
