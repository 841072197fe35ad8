import { InvocationError, preflight, type PreflightReport } from '@millrace/invocation'
import type { JobSpec } from '@millrace/job'
import { unfitBatching, unfitChoice, unfitPrediction } from '@millrace/predictions'
import { CliError } from '../cli-error.ts'
import { EXIT } from '../exit-code.ts'
import type { OpenEndpoint } from './open-endpoint.ts'
import { firstOf, type SampleRows } from './sample-rows.ts'

/** As many as the producer tries before it plans: what is wrong with them is told by name. */
const ROWS = 20

/**
 * Invokes the endpoint with a table's first rows, as every job begins.
 *
 * @throws {CliError} with what is wrong, when it does not take them or the job could not decide on the answer.
 */
export async function tryFirstRows(
  { invoke, region }: Pick<OpenEndpoint, 'invoke' | 'region'>,
  spec: JobSpec,
  sample: SampleRows,
  signal: AbortSignal,
): Promise<PreflightReport & { readonly kind: 'ready' }> {
  const { rows: rowsMax, payloadBytesMax } = spec.batching
  const few = firstOf(sample, Math.min(ROWS, rowsMax), payloadBytesMax)
  const input = { ...few, endpoint: spec.endpoint, region, rowOffsets: () => few.offsets }
  const report = await preflight({ invoke }, input, signal).catch(busy)
  const problem =
    report.kind === 'wrong'
      ? report.problems.join(' ')
      : (unfitChoice(spec, report.choice) ??
        unfitPrediction(spec, report.predictions) ??
        unfitBatching(spec, report))
  if (report.kind === 'ready' && problem === undefined) return report
  throw new CliError(problem ?? '', { exitCode: EXIT.failed })
}

function busy(cause: unknown): never {
  if (!(cause instanceof InvocationError)) throw cause
  throw new CliError(`${cause.endpoint} has no room for the first rows (${cause.code})`, {
    exitCode: EXIT.failed,
    hint: 'others load it: try again when it has room',
    cause,
  })
}
