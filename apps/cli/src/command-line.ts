import { type Command, CommanderError } from 'commander'
import { printable } from '@millrace/job'
import { EXIT, type ExitCode } from './exit-code.ts'
import { fit } from './show/fit.ts'
import { allCommands, createProgram } from './program.ts'
import { toldOf } from './told-of.ts'
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

/** Says what has failed, for whoever is at the terminal, and what the process is to exit with. */
export function report(error: unknown, { stderr, stop }: World): ExitCode {
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
