import { basename, dirname } from 'node:path'
import {
  encodeJobRequest,
  isFinal,
  type Job,
  type JobId,
  type JobRequest,
  jobIdOf,
} from '@millrace/job'
import { readJob, readNewestJob } from '@millrace/ledger'
import { publish, QueueError } from '@millrace/queue'
import { CliError } from '../cli-error.ts'
import { EXIT, type ExitCode } from '../exit-code.ts'
import { checkCredentials } from '../local/credentials.ts'
import { endpointPlace } from '../local/endpoint-place.ts'
import { openReader, type JobReader } from '../reader/job-reader.ts'
import { isDeployed } from '../system/which-system.ts'
import { follow } from '../watch/watch.ts'
import { stateFolderOf } from '../system/local-system.ts'
import { whatContinues } from '../system/no-run-at-work.ts'
import { regionOf } from '../system/region.ts'
import { traceContext } from '../system/trace-context.ts'
import { notesIn, placeOf } from '../temporary/notes.ts'
import { nameTemporary, type TemporaryEndpoint } from '../temporary/temporary-endpoint.ts'
import { findModel, type TemporaryWanted, temporaryWanted } from '../temporary/temporary-wanted.ts'
import type { World } from '../world.ts'
import { countFailed, retryingText, rowsToRetry } from './count-failed.ts'
import { retryHere } from './retry-here.ts'
import type { RetryOptions } from './retry-options.ts'
import { type AskedRetry, newRetryRequest, retryRequest } from './retry-request.ts'

/**
 * `millrace retry`: invokes again only what failed of a job that has ended, and merges. A job of this
 * machine is worked on here, as by `millrace run`; of a stack it is asked for, as by `submit`.
 */
export async function retry(options: RetryOptions, world: World): Promise<ExitCode> {
  if (isDeployed(options, world)) refuseOfStack(options)
  const toMake = temporaryWanted(options)
  await using reader = await openReader(options.job, options, world)
  const temporary = toMake && (await temporaryOf(toMake, reader, options, world))
  const note = (text: string): void => {
    if (!options.json && !options.quiet) world.stderr.write(`${text}\n`)
  }
  const wanted = temporary === undefined ? options : { ...options, endpoint: temporary.name }
  const { base, request } = await whatToRetry(reader, wanted, note, world.stop)
  const failed = await countFailed(reader, base, world.stop)
  const rows = rowsToRetry(base, failed, options.reason)
  if (rows !== undefined) note(retryingText(base, failed, rows))
  const { system } = reader
  if (system.isHost) {
    const rowsBefore = Math.max(0, (failed.rows ?? 0) - (rows ?? failed.rows ?? 0))
    return await retryHere(system, base, request, { ...options, rowsBefore, temporary }, world)
  }
  await ask(reader, request, world)
  return await tellOrFollow(reader, request, options, world)
}

/** The endpoint that is to be made for a retry; all retries of a run take one of the same name. */
async function temporaryOf(
  toMake: TemporaryWanted,
  { system, job }: JobReader,
  options: RetryOptions,
  { env, stop }: World,
): Promise<TemporaryEndpoint> {
  if (!system.isHost) {
    throw new CliError(`${job.jobId}: a run is at work on it, through the endpoint that it has`, {
      hint: 'ask for the retry when that has ended',
      exitCode: EXIT.failed,
    })
  }
  const region = await regionOf(options)
  await checkCredentials(endpointPlace(options), region, stop)
  const found = await findModel(toMake, region, env, stop)
  const folder = stateFolderOf(system)
  const place = await placeOf(notesIn(dirname(folder)))
  return { ...found, name: nameTemporary(found.model, [place, 'retries', basename(folder)]) }
}

/** @throws {CliError} for what was typed that a stack would not hear, as if it went on at that pace or place. */
function refuseOfStack(options: RetryOptions): void {
  const { concurrency, consumers, endpointUrl, localModel } = options
  const ofThisMachine = {
    ...{ '--concurrency': concurrency, '--consumers': consumers },
    ...{ '--endpoint-url': endpointUrl, '--local-model': localModel },
    '--temporary-endpoint': options.temporaryEndpoint,
  }
  const [name] = Object.entries(ofThisMachine).find(([, typed]) => typed !== undefined) ?? []
  if (name === undefined) return
  const isPace = name === '--concurrency' || name === '--consumers'
  throw new CliError(`${name}: is for a job of this machine, and a stack works on its own`, {
    hint: isPace
      ? 'ask for the retry without it; millrace adjust JOB --concurrency N is a pace for it'
      : 'name an endpoint that the stack may invoke: --endpoint NAME',
  })
}

/**
 * The job that a retry stands on: the named one, its newest retry, or what a retry under way stands on. Of a retry
 * under way the producer takes the request as it was recorded.
 */
async function whatToRetry(
  { system: { ledger, isHost }, job }: JobReader,
  options: RetryOptions,
  note: (text: string) => void,
  signal: AbortSignal,
): Promise<{ readonly base: Job; readonly request: AskedRetry }> {
  const newest = (await readNewestJob(ledger, job.jobId, signal)) ?? job
  if (isFinal(newest.state)) {
    if (newest.jobId !== job.jobId) {
      note(`${job.jobId} was retried: going on from ${newest.jobId}, its newest retry`)
    }
    return { base: newest, request: newRetryRequest(newest, options) }
  }
  const below = newest.retryOf && (await readJob(ledger, newest.retryOf.jobId, signal))
  if (below !== undefined) {
    const request = retryRequest(below, options)
    if (idOf(request) === newest.jobId) {
      note(`${newest.jobId} is ${newest.state}: going on with it`)
      return { base: below, request }
    }
  }
  throw stillRunning(job.jobId, newest, isHost)
}

const idOf = ({ clientToken }: JobRequest): JobId => jobIdOf(clientToken)

/** @param isHost nobody is at work on it: waiting for its end would not do. */
function stillRunning(jobId: JobId, newest: Job, isHost: boolean): CliError {
  const what =
    newest.jobId === jobId
      ? `${jobId}: is ${newest.state}, and only a job that has ended is retried`
      : `${jobId}: its retry ${newest.jobId} is ${newest.state}, and asks for something else`
  return new CliError(what, {
    hint: isHost
      ? `no run is at work on it: ${whatContinues(newest)}`
      : `millrace watch ${newest.jobId} shows it until it has ended`,
    exitCode: EXIT.failed,
  })
}

async function ask(
  { system, job }: JobReader,
  request: JobRequest,
  { env, stop }: World,
): Promise<void> {
  const message = { body: encodeJobRequest(request), attributes: traceContext(env) }
  try {
    await publish(system.queue('jobs'), [message], stop)
  } catch (error) {
    if (system.kind === 'local' && error instanceof QueueError && error.isOutage) {
      throw runHasEnded(job.jobId, error)
    }
    throw error
  }
}

/** The queues of a run at work go with it: it has ended, or was stopped, since it was found. */
const runHasEnded = (jobId: JobId, cause: QueueError): CliError =>
  new CliError(`${jobId}: the run at work on it ended before it took the retry`, {
    hint: 'the same command again works on the retry itself',
    exitCode: EXIT.failed,
    cause,
  })

async function tellOrFollow(
  { system }: JobReader,
  request: AskedRetry,
  options: RetryOptions,
  world: World,
): Promise<ExitCode> {
  const jobId = idOf(request)
  if (options.watch || system.kind === 'local') return await follow(system, jobId, options, world)
  const { clientToken, retryOf } = request
  world.stdout.write(`${options.json ? JSON.stringify({ jobId, clientToken, retryOf }) : jobId}\n`)
  if (!options.json) world.stderr.write(`millrace watch ${jobId} shows how it goes\n`)
  return EXIT.succeeded
}
