import type { Job } from '@millrace/job'
import { lossOf, otherResult, type Storage } from '@millrace/storage'
import { PlanningError } from './planning-error.ts'

/**
 * Looks whether another result lies where the job would write. Of two jobs that run at the same time the
 * aggregator finds it out.
 *
 * @throws {PlanningError} `output_taken`
 */
export async function keepOtherResult(
  storage: Pick<Storage, 'readDocument' | 'occupantOf'>,
  { spec: { output } }: Pick<Job, 'spec'>,
  signal: AbortSignal,
): Promise<void> {
  const other = await otherResult(storage, output, signal)
  if (other === undefined) return
  throw new PlanningError(
    'output_taken',
    `output ${output.uri} would take ${lossOf(output, other)}: choose another name, or remove that result with its manifest`,
  )
}
