#!/usr/bin/env node
import { once } from 'node:events'
import { commandOf } from './command.ts'
import { EndpointError } from './endpoint-error.ts'
import { startEndpoint } from './start-endpoint.ts'
import { loadXgboostModel } from './xgboost-model.ts'

process.exitCode = await serve()

/** Serves until SIGINT or SIGTERM. The exit code is 2 when the model or the port is no good. */
async function serve(): Promise<number> {
  const { model, ...options } = commandOf(process.argv)
  try {
    const endpoint = await startEndpoint({ ...options, model: loadXgboostModel(model) })
    process.stdout.write(`export AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME=${endpoint.url}\n`)
    process.stderr.write(
      `millrace-endpoint: ready: ${options.name} answers at ${endpoint.url}. Paste the line above ` +
        'into a shell; any credentials will do. Ctrl-C ends it.\n',
    )
    await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')])
    process.stderr.write(`millrace-endpoint: served ${JSON.stringify(endpoint.stats)}\n`)
    await endpoint.close()
    return 0
  } catch (error) {
    if (!(error instanceof EndpointError)) throw error
    process.stderr.write(`millrace-endpoint: ${error.message}\n`)
    return 2
  }
}
