import { type Command, CommanderError } from 'commander'
import { ContractError, printable } from '@millrace/job'
import { CliError } from './cli-error.ts'
import { EXIT, type ExitCode } from './exit-code.ts'
import { fit } from './show/fit.ts'
import { allCommands, createProgram } from './program.ts'
import type { World } from './world.ts'

/** Runs one command line, whatever becomes of it, and says what the process is to exit with. */
export async function runCommandLine(args: readonly string[], world: World): Promise<ExitCode> {
  let exitCode: ExitCode = EXIT.succeeded
  const program = createProgram(async (load, options) => {
    const act = await load()
    exitCode = await act(options, world)
  })
  for (const command of allCommands(program)) {
    command.exitOverride().configureOutput({
      writeOut: (text) => void world.stdout.write(text),
      writeErr: (text) => void world.stderr.write(text),
      getOutHelpWidth: () => widthOf(world.stdout),
      getErrHelpWidth: () => widthOf(world.stderr),
    })
    forgetEmpty(command, world.env)
  }
  try {
    await program.parseAsync(args, { from: 'user' })
    return exitCode
  } catch (error) {
    return report(error, world)
  }
}

/** A variable that is empty says nothing, as everywhere else; commander would take that for a value. */
function forgetEmpty({ options }: Command, env: World['env']): void {
  for (const option of options) if (env[option.envVar ?? ''] === '') delete option.envVar
}

/** Lines that are longer than this are hard to read, on however wide a terminal. */
const WIDTH_MAX = 120
const WIDTH_USUAL = 80

const widthOf = ({ isTTY, columns }: NodeJS.WriteStream): number =>
  Math.min(isTTY ? columns : WIDTH_USUAL, WIDTH_MAX)

function report(error: unknown, { stderr, stop }: World): ExitCode {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.succeeded : EXIT.usage
  if (stop.aborted) return EXIT.interrupted
  const told = toldOf(error)
  if (told !== undefined) {
    const { message, hint, exitCode } = told
    const text = hint === undefined ? message : `${message}\n  ${hint}`
    const lines = `millrace: ${text}`.split('\n').map(printable)
    stderr.write(`${fit(lines.join('\n'), stderr)}\n`)
    return exitCode
  }
  stderr.write(
    `millrace: unexpected: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  )
  return EXIT.failed
}

/** What a person is told of a failure. A bug is told with where it happened. */
interface Told {
  readonly message: string
  readonly hint: string | undefined
  readonly exitCode: ExitCode
}

function toldOf(error: unknown): Told | undefined {
  if (error instanceof CliError) return error
  if (!isFailure(error)) return undefined
  const { message, code, retryable } = error
  if (code === 'job_missing') return noSuchJob(message)
  const exitCode = error instanceof ContractError ? EXIT.usage : EXIT.failed
  return { message, hint: error.hint ?? (retryable ? LOOK : undefined), exitCode }
}

const LOOK = 'try again; millrace doctor tells what is missing or out of reach'

/** What every error of a package of ours has. They are told by it, since to import all would take long. */
interface Failure extends Error {
  readonly code: string
  readonly retryable: boolean
  readonly hint?: string
}

function isFailure(error: unknown): error is Failure {
  if (!(error instanceof Error)) return false
  const { code, retryable } = error as Partial<Failure>
  return typeof code === 'string' && typeof retryable === 'boolean'
}

/** As every verb says it that looks for the job itself; the ledger says `pause of job j-4f2a: job_missing`. */
function noSuchJob(message: string): Told {
  const [, job = message] = /\bjob (\S+): job_missing/.exec(message) ?? []
  return { message: `${job}: no such job`, hint: 'millrace list shows them', exitCode: EXIT.usage }
}
