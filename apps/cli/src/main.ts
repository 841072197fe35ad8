#!/usr/bin/env node
import { CommanderError } from 'commander'
import { ContractError } from '@millrace/job'
import { CliError } from './cli-error.ts'
import { EXIT, type ExitCode } from './exit-code.ts'
import { createProgram } from './program.ts'

const stop = new AbortController()
const abort = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => (stop.signal.aborted ? abort : stop).abort())
}
// `millrace run … --out - | head` closes our standard output: that is no failure of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? EXIT.succeeded : EXIT.failed)
})

const { stdin, stdout, stderr } = process
const program = createProgram({
  run: async (options) => {
    // Loaded when it is wanted, so that `--help` and a misspelt option answer at once.
    const { run } = await import('./run/run.ts')
    const terminal = { stdin, stdout, stderr, stop: stop.signal, abort: abort.signal }
    process.exitCode = await run(options, terminal)
  },
})
try {
  for (const command of [program, ...program.commands]) command.exitOverride()
  await program.parseAsync()
} catch (error) {
  process.exitCode = report(error)
}
// Nothing is left to do, but an idle keep-alive socket would hold the process for a few seconds.
process.exit()

function report(error: unknown): ExitCode {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.succeeded : EXIT.usage
  if (stop.signal.aborted) return EXIT.interrupted
  if (error instanceof CliError || error instanceof ContractError) {
    stderr.write(`millrace: ${error.message}\n`)
    if (error instanceof CliError && error.hint !== undefined) stderr.write(`  ${error.hint}\n`)
    return error instanceof CliError ? error.exitCode : EXIT.usage
  }
  stderr.write(
    `millrace: unexpected: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  )
  return EXIT.failed
}
