import { InvocationError, preflight, type PreflightReport } from '@millrace/invocation'
import { type JobSpec, limits } from '@millrace/job'
import { unfitFirstRows } from '@millrace/predictions'
import { OBJECT_BYTES_MAX } from '@millrace/storage'
import { CliError } from '../cli-error.ts'
import { EXIT } from '../exit-code.ts'
import type { SourceObject } from '../plan/plan-source.ts'
import type { OpenEndpoint } from './open-endpoint.ts'
import { firstOf, type SampleRows } from './sample-rows.ts'

/**
 * Invokes the endpoint with a table's first rows, and judges the answer, as every job begins.
 *
 * @param objects of the dataset; what is compressed is taken for as large as it is stored.
 * @throws {CliError} with what is wrong, when it does not take them or no result could be made of the answer.
 */
export async function tryFirstRows(
  { invoke, region }: Pick<OpenEndpoint, 'invoke' | 'region'>,
  spec: JobSpec,
  sample: SampleRows,
  objects: readonly Pick<SourceObject, 'bytesStored'>[],
  signal: AbortSignal,
): Promise<PreflightReport & { readonly kind: 'ready' }> {
  const { rows: rowsMax, payloadBytesMax } = spec.batching
  const few = firstOf(sample, Math.min(limits.probeRows, rowsMax), payloadBytesMax)
  const { header: hasHeader } = sample.table
  const { delimiter } = spec.dataset.csv
  const about = { endpoint: spec.endpoint, region, delimiter, hasHeader }
  const input = { ...few, ...about, rowOffsets: () => few.offsets }
  const report = await preflight({ invoke }, input, signal).catch(busy)
  if (report.kind === 'wrong') throw unfit(report.problems.join(' '))
  const sizes = objects.map(({ bytesStored = 0 }) => ({ bytes: bytesStored }))
  const dataset = { ...sample.table, objects: sizes }
  const sent = { ...sample.table, body: few.body }
  const problem = unfitFirstRows(spec, dataset, sent, report, OBJECT_BYTES_MAX)
  if (problem !== undefined) throw unfit(problem)
  return report
}

const unfit = (problem: string): CliError => new CliError(problem, { exitCode: EXIT.failed })

function busy(cause: unknown): never {
  if (!(cause instanceof InvocationError)) throw cause
  throw new CliError(`${cause.endpoint} has no room for the first rows (${cause.code})`, {
    exitCode: EXIT.failed,
    hint: 'others load it: try again when it has room',
    cause,
  })
}
