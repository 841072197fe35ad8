import type { JobSpec } from '@millrace/job'
import { otherResult, type Storage } from '@millrace/storage'
import { OutputError } from '../rows/output-error.ts'

/**
 * Looks, before anything is written, whether another result lies there that would lose its manifest and errors.
 * The producer has looked before it planned; since then another job or an export may have ended.
 *
 * @throws {OutputError} `output_taken`
 */
export async function keepOtherResult(
  storage: Pick<Storage, 'readDocument' | 'occupantOf'>,
  { output }: Pick<JobSpec, 'output'>,
  signal: AbortSignal,
): Promise<void> {
  const other = await otherResult(storage, output, signal)
  if (other === undefined) return
  throw new OutputError(
    'output_taken',
    `output ${output.uri} would take the manifest, errors and report of ${other}`,
    'export the job to another name: its predictions are recorded',
  )
}
