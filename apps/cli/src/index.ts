/**
 * Millrace for programs: the same run as `millrace run`, without a terminal.
 *
 * Its declarations are published as they stand here, so no type of this file comes from another.
 */
import { PassThrough } from 'node:stream'
import { besideResult, limits } from '@millrace/job'
import { executeRun } from './run/execute-run.ts'
import { prepareRun } from './run/prepare-run.ts'

export interface RunOptions {
  /** The input file; the spec's dataset when absent. */
  readonly data?: string
  /** The SageMaker endpoint; the spec's when absent. */
  readonly endpoint?: string
  /** Where the endpoint is reached, instead of AWS. */
  readonly endpointUrl?: string
  /** An XGBoost model to serve on this machine instead of an endpoint. */
  readonly localModel?: string
  /** Default: the usual AWS chain. */
  readonly region?: string
  /** The result file. Default: `<data>.predictions.csv` in the working folder. */
  readonly out?: string
  /** Anything of a job spec, as `contracts/job-spec.schema.json` has it; checked before the start. */
  readonly spec?: object
  /** A spec file in YAML; `spec` comes before what it says. */
  readonly file?: string
  /** Invocations in flight at most. Default: 16. */
  readonly concurrency?: number
  /** Consumer processes. Default: 1. */
  readonly consumers?: number
  /** Where the run keeps what it needs to continue. Default: `.millrace` beside the result. */
  readonly state?: string
  /** Forget what an earlier run recorded. Default: false. */
  readonly fresh?: boolean
}

export interface RunProgress {
  readonly state: string
  /** Unknown until the dataset is planned. */
  readonly rows: number | undefined
  readonly rowsDone: number
  readonly rowsFailed: number
  /** Of the last ten seconds. */
  readonly rowsPerSecond: number
}

export interface RunResult {
  readonly jobId: string
  readonly state: 'succeeded' | 'succeeded_with_failures'
  readonly rows: number
  readonly rowsFailed: number
  readonly seconds: number
  /** Paths. `errors` is there when rows failed. */
  readonly result: string
  readonly manifest: string
  readonly errors?: string
}

/** A run under way. Iterating gives its progress; whoever is slow sees the latest only. */
export interface Run extends AsyncIterable<RunProgress> {
  /**
   * Settles when nothing of the run is left: resolves with a result, and rejects when the job failed,
   * when the options are wrong, or with the signal's reason when it was aborted. After an abort the
   * same options continue the run.
   */
  readonly ended: Promise<RunResult>
}

/** Thrown by `Run.ended` when the job failed; `code` is that of the job's failure. */
export class RunFailedError extends Error {
  override readonly name = 'RunFailedError'
  readonly code: string

  constructor(code: string, message: string) {
    super(message)
    this.code = code
  }
}

/** Scores a table on this machine, as `millrace run` does. Abort `signal` to stop cleanly. */
export function run(options: RunOptions, signal: AbortSignal = new AbortController().signal): Run {
  let latest: RunProgress | undefined
  let changed = Promise.withResolvers<void>()
  const show = (progress: RunProgress): void => {
    latest = progress
    changed.resolve()
    changed = Promise.withResolvers()
  }
  const ended = perform(options, signal, show)
  const over = ended.then(
    () => true,
    () => true,
  )
  return {
    ended,
    async *[Symbol.asyncIterator]() {
      for (let isOver = false; !isOver; ) {
        isOver = await Promise.race([over, changed.promise.then(() => false)])
        if (latest !== undefined) yield latest
      }
      await ended
    },
  }
}

async function perform(
  options: RunOptions,
  signal: AbortSignal,
  show: (progress: RunProgress) => void,
): Promise<RunResult> {
  const { endpoint, spec, ...rest } = options
  const wanted = {
    localLatency: 0,
    concurrency: limits.concurrencyDefault,
    consumers: 1,
    fresh: false,
    quiet: true,
    ...rest,
    spec: {
      ...spec,
      ...(endpoint === undefined
        ? {}
        : { endpoint: { ...partOf(spec, 'endpoint'), name: endpoint } }),
    },
  }
  // Programs name a file; nothing is read from their standard input.
  const prepared = await prepareRun(
    wanted,
    { stdin: new PassThrough().end(), env: process.env },
    signal,
  )
  const never = new AbortController().signal
  const warn = (text: string): void => process.emitWarning(text)
  const hooks = { show, note: () => {}, warn, stop: signal, abort: never }
  const end = await executeRun(prepared, wanted, hooks)
  if (end.kind === 'stopped') throw signal.reason
  const { job, rowsFailed, seconds } = end
  const { state, failure, plan } = job
  if (state !== 'succeeded' && state !== 'succeeded_with_failures') {
    throw new RunFailedError(failure?.code ?? state, failure?.message ?? `the job is ${state}`)
  }
  const { manifest, errors } = besideResult(prepared.resultPath)
  return {
    jobId: job.jobId,
    state,
    rows: plan?.rows ?? 0,
    rowsFailed,
    seconds,
    result: prepared.resultPath,
    manifest,
    ...(rowsFailed > 0 ? { errors } : {}),
  }
}

function partOf(spec: object | undefined, name: string): object {
  const part = (spec as Readonly<Record<string, unknown>> | undefined)?.[name]
  return typeof part === 'object' && part !== null ? part : {}
}
