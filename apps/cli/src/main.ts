#!/usr/bin/env -S node --max-semi-space-size=2
import { report, runCommandLine } from './command-line.ts'
import { keepCompiled } from './compile-cache.ts'
import { EXIT } from './exit-code.ts'
import { oldNode } from './node-version.ts'
import type { World } from './world.ts'

/** Who asks a second time does not wait longer than this. */
const ABORT_GRACE_MS = 2_000

const old = oldNode(process.versions.node)
if (old !== undefined) {
  process.stderr.write(`millrace: this is Node.js ${old}\n`)
  process.exit(EXIT.usage)
}
keepCompiled(process.env)
const stop = new AbortController()
const abort = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => (stop.signal.aborted ? abort : stop).abort())
}
// Some of what a verb waits for takes no signal, as the AWS chain's look for credentials. What is started here
// ends by itself when its channel to this process closes.
abort.signal.addEventListener('abort', () => {
  setTimeout(() => process.exit(EXIT.interrupted), ABORT_GRACE_MS).unref()
})
// `millrace run … --out - | head` closes our standard output: that is no failure of ours.
process.stdout.on('error', ({ code, message }: NodeJS.ErrnoException) => {
  if (code === 'EPIPE') process.exit(EXIT.succeeded)
  process.stderr.write(`millrace: standard output: cannot be written (${code ?? message})\n`)
  process.exit(EXIT.failed)
})
// Who reads our notes may go first, as at a ctrl-C under `2>&1 | tee`: the run is to stop cleanly all the
// same, and to exit with the code that it has earned.
process.stderr.on('error', () => {})

const { stdin, stdout, stderr, env } = process
const world: World = { stdin, stdout, stderr, env, stop: stop.signal, abort: abort.signal }
// The embedded ledger throws where nobody can catch it. What is started here ends with this process.
process.on('uncaughtException', (error) => process.exit(report(error, world)))
process.exitCode = await runCommandLine(process.argv.slice(2), world)
// Who reads a pipe slowly has not got all of it yet, and exiting would keep the rest.
await Promise.all([written(stdout), written(stderr)])
// Nothing is left to do, but an idle keep-alive socket would hold the process for a few seconds.
process.exit()

/** Resolves when the stream has passed on all that was written to it before. */
async function written(stream: NodeJS.WriteStream): Promise<void> {
  await new Promise<void>((resolve) => stream.write('', () => resolve()))
}
