#!/usr/bin/env node
import { CommanderError } from 'commander'
import { once } from 'node:events'
import { commandOf } from './command.ts'
import { EndpointError } from './endpoint-error.ts'
import { startEndpoint } from './start-endpoint.ts'
import { loadXgboostModel } from './xgboost-model.ts'

process.exitCode = await serve(process.argv)
// The channel to a parent would hold a process that has nothing left to do.
if (process.connected) process.disconnect()

/** Serves until SIGINT or SIGTERM, or until the parent that forked it is gone. The exit code is 2 when the command, model or port is no good. */
async function serve(argv: readonly string[]): Promise<number> {
  // Before the ready line: whoever reads it may end the process at once.
  const ends = ['SIGINT', 'SIGTERM', 'disconnect'].map((event) => once(process, event))
  const ended = Promise.race(ends)
  try {
    const { model, ...options } = commandOf(argv)
    const endpoint = await startEndpoint({ ...options, model: loadXgboostModel(model) })
    process.stdout.write(`export AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME=${endpoint.url}\n`)
    process.stderr.write(
      `millrace-endpoint: ready: ${options.name} answers at ${endpoint.url}. Paste the line above ` +
        'into a shell; any credentials will do. Ctrl-C ends it.\n',
    )
    await ended
    process.stderr.write(`millrace-endpoint: served ${JSON.stringify(endpoint.stats)}\n`)
    await endpoint.close()
    return 0
  } catch (error) {
    // Commander has said what was wrong, or printed the help that was asked for.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
    if (!(error instanceof EndpointError)) throw error
    process.stderr.write(`millrace-endpoint: ${error.message}\n`)
    return 2
  }
}
