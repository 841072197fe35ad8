import {
  check,
  type ExportId,
  exportSpecSchema,
  type Job,
  type JobSpec,
  resultByName,
  type ResultExport,
  resultIssues,
  resultNames,
  whyNotAlone,
} from '@millrace/job'
import { CliError } from '../cli-error.ts'
import { nearUri } from '../show/near-path.ts'
import { endingOf } from '../spec/format-by-name.ts'
import { refuseIdle } from '../spec/idle-options.ts'
import { uriOf } from '../spec/read-spec.ts'
import type { PartialSpec } from '../spec/spec-options.ts'

type Wanted = Pick<ResultExport, 'decision' | 'output'>

/**
 * What an export is to be: what was typed, and for the rest what the job says. A decision of another
 * kind begins anew, since the labels of two classes say nothing about five.
 *
 * @throws {CliError} when that makes no sense, or would write over the job's own result.
 */
export function exportSpec(
  job: Job,
  exportId: ExportId,
  typed: PartialSpec,
  out: string | undefined,
): Wanted {
  const { decision, output } = job.spec
  const kind = typed.decision?.kind ?? decision.kind
  if (out === '-') throw new CliError('--out -: an export writes a file; name one')
  const target = out === undefined ? undefined : uriOf(out)
  // Who names a file wants one, also of a job that has a result for each object.
  const isFile = target?.endsWith('/') === false
  const shape = shapeOf(job.spec, typed, target)
  const wanted = check('export', exportSpecSchema, {
    version: 1,
    decision: { ...(kind === decision.kind ? decision : {}), ...typed.decision },
    output: {
      ...output,
      ...typed.output,
      ...shape,
      ...(isFile ? { files: 'one' } : {}),
      names: { ...output.names, ...typed.output?.names },
      uri: target ?? besideJob(output.uri, exportId, shape),
    },
  })
  refuseIdle(typed, { ...job.spec, ...wanted })
  refuseWrong(job, wanted)
  return wanted
}

/** Format and compression as typed, as the name of the result says, or as the job's. */
function shapeOf({ output }: JobSpec, { output: typed }: PartialSpec, target: string | undefined) {
  const named = target === undefined ? {} : resultByName(target)
  const format = typed?.format ?? named.format ?? (target === undefined ? output.format : 'csv')
  const compression = typed?.compression ?? named.compression ?? 'auto'
  return { format, compression }
}

function besideJob(uri: string, exportId: ExportId, shape: Parameters<typeof endingOf>[0]): string {
  const short = exportId.slice(0, 'e-'.length + 8)
  if (uri.endsWith('/')) return `${uri}${short}/`
  const stem = uri.replace(/\.(gz|zst)$/i, '').replace(/\.[a-z]+$/i, '')
  return `${stem}.${short}${endingOf(shape)}`
}

/** What always lies beside a result comes before what does only where rows have failed. */
const WRITTEN = ['result', 'manifest', 'report', 'errors'] as const

function refuseWrong({ spec, state }: Job, { decision, output }: Wanted): void {
  const [issue] = resultIssues(spec.dataset.format, decision, output)
  if (issue !== undefined) throw new CliError(`export: ${issue.path.join('.')}: ${issue.message}`)
  const reason = whyNotAlone(output)
  if (reason !== undefined) throw new CliError(`export: output.uri: ${reason}`)
  const own = state.startsWith('succeeded') ? Object.values(resultNames(spec.output)) : []
  const names = resultNames(output)
  const clash = WRITTEN.find((what) => [...own, spec.dataset.uri].includes(names[what]))
  if (clash === undefined) return
  const where =
    clash === 'result' ? '' : `its ${clash} would be written to ${nearUri(names[clash])}, and `
  throw new CliError(`${nearUri(output.uri)}: ${where}the job's own files lie there`, {
    hint: 'choose another --out',
  })
}
