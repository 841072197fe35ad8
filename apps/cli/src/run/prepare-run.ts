import { tmpdir } from 'node:os'
import { basename, dirname, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { check, type JobSpec, jobSpecSchema } from '@millrace/job'
import { CliError } from '../cli-error.ts'
import { checkInput, checkOutput, defaultOut, type InputFile } from './check-input.ts'
import { bytesNeeded, freeBytes } from './disk-space.ts'
import type { RunOptions } from './run-options.ts'
import { spool } from './spool.ts'
import { openStateFolder, type StateFolder } from './state-folder.ts'

/** Everything that a run needs to know, checked; nothing has been started. */
export interface PreparedRun {
  readonly spec: JobSpec
  readonly input: InputFile
  readonly state: StateFolder
  /** The result's path. For `--out -` it lies beside the state and is copied at the end. */
  readonly resultPath: string
  readonly toStdout: boolean
}

/** The name that a local model answers to. */
export const LOCAL_ENDPOINT = 'local'

export async function prepareRun(
  options: RunOptions,
  stdin: NodeJS.ReadableStream,
  signal: AbortSignal,
): Promise<PreparedRun> {
  const out = options.out ?? defaultOut(options.data)
  const toStdout = out === '-'
  const stateRoot = resolve(options.state ?? join(toStdout ? tmpdir() : dirname(out), '.millrace'))
  const model = options.localModel === undefined ? undefined : await checkInput(options.localModel)

  const input =
    options.data === '-'
      ? await spool(stdin, join(stateRoot, 'spool'), signal)
      : await checkInput(options.data)
  const resultPath = toStdout
    ? join(stateRoot, `stdout-of-${basename(input.path)}`)
    : await checkOutput(out, input.path)

  const spec = specOf(options, input.path, resultPath)
  const state = await openStateFolder(spec, { input, model }, { stateRoot, fresh: options.fresh })
  await checkSpace(state.path, input.bytes, options)
  return { spec, input, state, resultPath, toStdout }
}

function specOf(options: RunOptions, input: string, result: string): JobSpec {
  const name = options.endpoint ?? (options.localModel === undefined ? undefined : LOCAL_ENDPOINT)
  if (name === undefined) {
    throw new CliError(
      'no endpoint: wanted --endpoint NAME, or --local-model FILE to try things out',
    )
  }
  return check('run', jobSpecSchema, {
    version: 1,
    dataset: {
      uri: pathToFileURL(input).href,
      csv: { header: options.header, delimiter: options.delimiter },
    },
    endpoint: { name },
    batching: { rows: options.batchRows },
    decision: { kind: 'binary', threshold: options.threshold },
    output: { uri: pathToFileURL(result).href, join: options.join },
  })
}

async function checkSpace(folder: string, inputBytes: number, options: RunOptions): Promise<void> {
  const free = await freeBytes(folder)
  const needed = bytesNeeded(inputBytes, options.join === 'all')
  if (free >= needed) return
  const sizes = `${mebibytes(free)} MiB free, ${mebibytes(needed)} MiB needed`
  throw new CliError(`${folder}: not enough room on this disk (${sizes})`, {
    hint: 'free some, or put --out and --state on another disk',
  })
}

const mebibytes = (bytes: number): number => Math.ceil(bytes / 1024 / 1024)
