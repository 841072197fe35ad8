import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  deadlineFrom,
  encodeUriList,
  type Job,
  type JobRequest,
  jobIdOf,
  limits,
  resultNames,
} from '@millrace/job'
import { readJob, resumeJob } from '@millrace/ledger'
import { CliError } from '../cli-error.ts'
import { EXIT, type ExitCode } from '../exit-code.ts'
import { checkModel } from '../local/check-model.ts'
import { checkCredentials } from '../local/credentials.ts'
import { regionOf } from '../system/region.ts'
import { addressOf } from '../local/endpoint-address.ts'
import { endpointPlace } from '../local/endpoint-place.ts'
import { begunWith, holdToEndpoint, type ScoredBy } from '../local/hold-to-endpoint.ts'
import { type EndpointPlace, LOCAL_ENDPOINT, type LocalApps } from '../local/start-apps.ts'
import { makeFolders } from '../local/state-folder.ts'
import { checkPlaces } from '../dataset/check-places.ts'
import { type RunEnd, runJob } from '../run/run-job.ts'
import { summaryOf } from '../run/summary.ts'
import { fit } from '../show/fit.ts'
import { whyFailed } from '../run/why-failed.ts'
import { createScreen, warnBeside } from '../show/screen.ts'
import { linkRetry, unlinkRetry } from '../system/job-folders.ts'
import { jobProgress } from '../system/job-progress.ts'
import { removeLiveCloud, writeLiveCloud } from '../system/live-cloud.ts'
import { stateFolderOf } from '../system/local-system.ts'
import type { System } from '../system/system.ts'
import { notesIn } from '../temporary/notes.ts'
import { throughTemporary } from '../temporary/open-temporary.ts'
import type { TemporaryEndpoint } from '../temporary/temporary-endpoint.ts'
import { servedBy } from '../temporary/temporary-wanted.ts'
import type { World } from '../world.ts'
import { CONSUMERS, type RetryOptions } from './retry-options.ts'

interface RetryHereOptions extends RetryOptions {
  /** Rows that stay as they are. */
  readonly rowsBefore: number
  /** The endpoint that is to be made for it. */
  readonly temporary?: TemporaryEndpoint | undefined
}

/** Works on a retry on this machine, over the state of the job that it retries, and shows it as a run. */
export async function retryHere(
  system: System,
  base: Job,
  request: JobRequest,
  options: RetryHereOptions,
  world: World,
): Promise<ExitCode> {
  const model = options.localModel === undefined ? undefined : resolve(options.localModel)
  await checkPlaces({ ...request.spec, model }, world.stop)
  const folder = stateFolderOf(system)
  await refuseGone(folder, base, request, options)
  const { apps, scoredBy } = await openApps(system, base, request, options, world.stop)
  await makeFolders(folder)
  const jobId = jobIdOf(request.clientToken)
  const { batches } = await jobProgress(system, jobId, world.stop)
  await holdToEndpoint(folder, { jobId, batches }, scoredBy, ANOTHER_ENDPOINT)
  await linkRetry(folder, jobId)
  const before = await readJob(system.ledger, jobId, world.stop)
  // Who asks for a paused retry again wants it to go on.
  if (before?.state === 'paused') await resumeJob(system.ledger, jobId, world.stop)
  // Its request has that of a new one. Of one that goes on it is moved, as of a run.
  const deadline =
    before === undefined || options.deadline === undefined
      ? undefined
      : deadlineFrom(options.deadline, Math.floor(Date.now() / 1_000))
  const screen = createScreen(world.stderr, {
    quiet: options.quiet || options.json,
    now: Date.now,
    env: world.env,
  })
  const { show, note } = screen
  await writeLiveCloud(folder, { ...system.env })
  try {
    const warn = warnBeside(screen, world)
    const hooks = { show, note, warn, stop: world.stop, abort: world.abort }
    const here = { request, apps, system, folder, logs: join(folder, 'logs'), deadline }
    const notes = notesIn(dirname(folder))
    const end = await throughTemporary(options.temporary, notes, hooks, () =>
      runJob(here, () => options.rowsBefore, hooks),
    )
    screen.close()
    if (end.kind === 'refused') {
      await unlinkRetry(folder, jobId)
      throw end.told
    }
    return end.kind === 'stopped' ? EXIT.interrupted : await tell(end, folder, options, world)
  } finally {
    screen.close()
    await removeLiveCloud(folder)
  }
}

const ANOTHER_ENDPOINT =
  'with the same endpoint and account the command continues it; millrace cancel ends it'

/** @throws {CliError} where the endpoint of the job was made for that alone, and none is named for the retry. */
async function refuseGone(
  folder: string,
  base: Job,
  { spec }: JobRequest,
  { temporary }: RetryHereOptions,
): Promise<void> {
  if (temporary !== undefined || spec.endpoint.name !== base.spec.endpoint.name) return
  const served = (await begunWith(folder, base.jobId))?.address.served
  if (served === undefined) return
  throw new CliError(`${base.jobId}: its endpoint was made for it, and deleted when it had ended`, {
    hint: `--temporary-endpoint ${served.name} --instance TYPE makes another one of that model; --endpoint NAME names one`,
  })
}

/** The apps may touch what the job and its retry name, and nothing else. */
async function openApps(
  { env }: System,
  base: Job,
  { spec }: JobRequest,
  options: RetryHereOptions,
  stop: AbortSignal,
): Promise<{ readonly apps: LocalApps; readonly scoredBy: ScoredBy }> {
  const endpoint = await placeOf(spec.endpoint.name, options)
  const region = await regionOf(options)
  const account = await checkCredentials(endpoint, region, stop)
  const reached = await addressOf(endpoint, region)
  const { temporary } = options
  const address = temporary === undefined ? reached : { ...reached, served: servedBy(temporary) }
  const allowed = {
    datasets: encodeUriList([spec.dataset.uri]),
    results: encodeUriList([...new Set([spec.output.uri, base.spec.output.uri])]),
    endpoints: spec.endpoint.name,
  }
  const { concurrency = limits.concurrencyDefault, consumers = CONSUMERS } = options
  const workUri = env['MILLRACE_WORK_URI'] ?? ''
  return {
    apps: { services: env, workUri, region, endpoint, allowed, concurrency, consumers },
    scoredBy: { address, account },
  }
}

async function placeOf(name: string, options: RetryOptions): Promise<EndpointPlace> {
  if (options.localModel !== undefined) await checkModel(options.localModel)
  const place = endpointPlace(options)
  if (place.kind !== 'aws' || name !== LOCAL_ENDPOINT) return place
  throw new CliError('the job was scored by a model on this machine', {
    hint: 'name it with --local-model FILE, or an endpoint with --endpoint NAME',
  })
}

async function tell(
  { job, ...facts }: RunEnd & { readonly kind: 'ended' },
  statePath: string,
  { json }: RetryOptions,
  world: World,
): Promise<ExitCode> {
  const names = resultNames(job.spec.output)
  const path = (uri: string): string => (uri.startsWith('file:') ? fileURLToPath(uri) : uri)
  const files = {
    ...{ result: path(names.result), errors: path(names.errors) },
    ...{ report: path(names.report), manifest: path(names.manifest) },
  }
  const reasons = facts.rowsFailed > 0 ? await whyFailed(files) : []
  const { lines, exitCode } = summaryOf(job, { files, statePath, reasons, ...facts })
  if (!json) {
    world.stderr.write(`${fit(lines.join('\n'), world.stderr)}\n`)
    return exitCode
  }
  const { jobId, retryOf, state, plan, failure } = job
  const { rowsFailed, seconds } = facts
  const end = { jobId, retryOf, state, rows: plan?.rows, rowsFailed, seconds, failure, ...names }
  world.stdout.write(`${JSON.stringify(end)}\n`)
  return exitCode
}
