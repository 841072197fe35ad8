import type { JobSpec, NamedOutput } from '@millrace/job'
import { lossOf, type Occupant, otherManifests, otherResult, type Storage } from '@millrace/storage'
import { OutputError } from '../rows/output-error.ts'

/**
 * Looks whether another result lies there that would lose its manifest and errors. The producer has looked before
 * it planned; since then another job or an export may have ended, and may end between one look and the next. So
 * each look is a new one; what lies there is read again only where it is not the manifest that was seen before.
 *
 * @throws {OutputError} `output_taken`, by each look.
 */
export function keepOtherResult(
  storage: Pick<Storage, 'readDocument' | 'occupantOf'>,
  { output }: Pick<JobSpec, 'output'>,
): (signal: AbortSignal) => Promise<void> {
  const manifests = otherManifests(output)
  let seen: readonly Occupant[] | undefined
  return async (signal) => {
    const found = await Promise.all(manifests.map((uri) => storage.occupantOf(uri, signal)))
    if (seen?.every(({ version }, index) => version === found[index]?.version)) return
    const other = await otherResult(storage, output, signal)
    if (other !== undefined) throw taken(output, other)
    seen = found
  }
}

const taken = (output: NamedOutput, other: string): OutputError =>
  new OutputError(
    'output_taken',
    `output ${output.uri} would take ${lossOf(output, other)}`,
    'export the job to another name: its predictions are recorded',
  )
