import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import {
  exportIdOf,
  isFinal,
  type Job,
  type JobId,
  type Output,
  type ResultExport,
  resultNames,
} from '@millrace/job'
import { readJob } from '@millrace/ledger'
import { CliError } from '../cli-error.ts'
import { EXIT, type ExitCode } from '../exit-code.ts'
import { checkPlaces } from '../dataset/check-places.ts'
import { checkCredentials } from '../local/credentials.ts'
import { makeStateFolder } from '../local/state-folder.ts'
import { nearUri } from '../show/near-path.ts'
import { stateText } from '../show/state-text.ts'
import { factsOf } from '../show/table.ts'
import type { PartialSpec } from '../spec/spec-options.ts'
import { jobProgress } from '../system/job-progress.ts'
import { stateFolderOf } from '../system/local-system.ts'
import { whatContinues } from '../system/no-run-at-work.ts'
import { ofJob } from '../refusal/of-job.ts'
import { openJob } from '../system/open-system.ts'
import { regionOf } from '../system/region.ts'
import type { SystemOptions } from '../system/which-system.ts'
import type { System } from '../system/system.ts'
import type { World } from '../world.ts'
import { exportSpec } from './export-spec.ts'
import { type ExporterHere, makeExport } from '../local/make-export.ts'

export interface ExportOptions extends SystemOptions {
  /** The latest local job when absent. */
  readonly job?: string
  readonly out?: string
  /** The settings of decision and output that were typed. */
  readonly spec: PartialSpec
  readonly json: boolean
}

/**
 * `millrace export`: a new result of a recorded job. The aggregator writes it: that of the stack, or for
 * a job of this machine one that is started for it.
 */
export async function exportJob(options: ExportOptions, world: World): Promise<ExitCode> {
  const { system, jobId } = await openJob(options.job, options, world)
  await using _open = system
  const job = await recordedJob(system, jobId, world.stop)
  const exportId = exportIdOf(randomUUID())
  const wanted = exportSpec(job, exportId, options.spec, options.out)
  await checkPlaces({ dataset: job.spec.dataset, output: wanted.output }, world.stop)
  const createdAt = Math.floor(Date.now() / 1_000)
  const expiry = job.expiresAt === undefined ? {} : { expiresAt: job.expiresAt }
  const about = { jobId, exportId, ...wanted, ...expiry }
  const asked: ResultExport = { ...about, state: 'requested', createdAt }

  const here =
    system.kind === 'local'
      ? await exporterHere(system, job, wanted.output, options, world.stop)
      : undefined
  const making = { here, asked: () => tellAsked(system, asked, options, world) }
  return tell(await makeExport(system, asked, making, world.stop), options, world)
}

/** The same command would ask for another one, with the same rows. */
function tellAsked(
  { kind }: System,
  { output }: ResultExport,
  { json }: ExportOptions,
  { stderr }: World,
): void {
  if (kind === 'local' || json) return
  stderr.write(`the stack writes ${resultNames(output).result}, whether or not it is waited for\n`)
}

/** The job, when all its predictions are there to be exported. */
async function recordedJob(system: System, jobId: JobId, signal: AbortSignal): Promise<Job> {
  const job = await ofJob(system, jobId, readJob(system.ledger, jobId, signal), signal)
  const { batches } = await jobProgress(system, jobId, signal)
  if (isFinal(job.state) && batches === job.plan?.batches) return job
  const counts = `${batches} of ${job.plan?.batches ?? 'its'} batches are recorded`
  throw new CliError(
    `${jobId} ${stateText(job.state)}, ${counts}; only a recorded job can be exported`,
    {
      hint: isFinal(job.state)
        ? `millrace retry ${jobId} scores the other batches`
        : system.isHost
          ? `no run is at work on it: ${whatContinues(job)}`
          : `millrace get ${jobId} looks its rows up while it runs`,
      exitCode: EXIT.failed,
    },
  )
}

/** It reads the dataset for the rows that it joins, and for those that failed. */
async function exporterHere(
  system: System,
  { spec, state }: Job,
  output: Output,
  options: ExportOptions,
  stop: AbortSignal,
): Promise<ExporterHere> {
  const readsRows = output.join !== 'none' || state !== 'succeeded'
  const allowed = { datasets: readsRows ? spec.dataset.uri : '', results: output.uri }
  const logs = join(stateFolderOf(system), 'logs')
  await makeStateFolder(logs)
  const region = await regionFor(Object.values(allowed), system, options, stop)
  const { env } = system
  return { app: { services: env, workUri: env['MILLRACE_WORK_URI'] ?? '', region, allowed }, logs }
}

/** The user's region and credentials are asked for only where S3 is. */
async function regionFor(
  uris: readonly string[],
  { region }: System,
  options: ExportOptions,
  stop: AbortSignal,
): Promise<string> {
  if (!uris.some((uri) => uri.startsWith('s3:'))) return region
  const own = await regionOf(options)
  await checkCredentials({ kind: 'aws' }, own, stop)
  return own
}

/** What only the export finds, since it knows the columns, and is wrong with what was typed. */
const TYPED: ReadonlySet<string> = new Set([
  'unknown_column',
  'repeated_column',
  'column_name_taken',
])

function tell(ended: ResultExport, { json }: ExportOptions, world: World): ExitCode {
  const { state, failure, exportId, output } = ended
  const names = resultNames(output)
  if (json) world.stdout.write(`${JSON.stringify({ ...ended, ...names })}\n`)
  if (state === 'failed') {
    const isTyped = TYPED.has(failure?.code ?? '')
    throw new CliError(`export: ${failure?.message} (${failure?.code})`, {
      exitCode: isTyped ? EXIT.usage : EXIT.failed,
    })
  }
  const someFailed = state === 'succeeded_with_failures'
  if (!json) {
    const facts = factsOf([
      ['export', exportId],
      ['result', nearUri(names.result)],
      ['errors', someFailed ? nearUri(names.errors) : undefined],
      ['report', nearUri(names.report)],
      ['manifest', nearUri(names.manifest)],
    ])
    world.stdout.write(`${facts}\n`)
  }
  return someFailed ? EXIT.succeededWithFailures : EXIT.succeeded
}
