#!/usr/bin/env -S node --max-semi-space-size=2
import { CommanderError } from 'commander'
import { ContractError } from '@millrace/job'
import { CliError } from './cli-error.ts'
import { keepCompiled } from './compile-cache.ts'
import { EXIT, type ExitCode } from './exit-code.ts'
import { allCommands, createProgram } from './program.ts'
import type { Perform, World } from './world.ts'

keepCompiled(process.env)
const stop = new AbortController()
const abort = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => (stop.signal.aborted ? abort : stop).abort())
}
// `millrace run … --out - | head` closes our standard output: that is no failure of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? EXIT.succeeded : EXIT.failed)
})

const { stdin, stdout, stderr, env } = process
const world: World = { stdin, stdout, stderr, env, stop: stop.signal, abort: abort.signal }
const perform: Perform = async (load, options) => {
  const act = await load()
  process.exitCode = await act(options, world)
}
const program = createProgram(perform)
try {
  for (const command of allCommands(program)) command.exitOverride()
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
