#!/usr/bin/env node
import { Command, InvalidArgumentError } from 'commander'
import { once } from 'node:events'
import { CloudError } from './cloud-error.ts'
import { type CloudOptions, startCloud } from './cloud.ts'

const program = new Command('millrace-cloud')
  .description('SQS, S3 and DynamoDB on this machine, with the queues and the table of Millrace.')
  .option('--port <number>', 'port of SQS and S3 on 127.0.0.1 (a free one by default)', portOf)
  .option('--state <folder>', 'keep the ledger in this folder (in memory by default)')
  .option('--bucket <name...>', 'S3 buckets to begin with', ['millrace'])
  .option('--deliver-twice', 'deliver every message twice, as SQS may do')
program.parse()
const options = program.opts<{
  port?: number
  state?: string
  bucket: string[]
  deliverTwice?: true
}>()

process.exitCode = await serve({
  port: options.port,
  stateDir: options.state,
  buckets: options.bucket,
  deliverTwice: options.deliverTwice,
})

/** Runs until SIGINT or SIGTERM. The exit code is 2 when a port or the folder is not free. */
async function serve(options: CloudOptions): Promise<number> {
  try {
    const cloud = await startCloud(options)
    // It has precedence over the key, in most SDKs.
    process.stdout.write('unset AWS_PROFILE\n')
    for (const [name, value] of Object.entries(cloud.env)) {
      process.stdout.write(`export ${name}=${value}\n`)
    }
    process.stderr.write('Paste the lines above into a shell. Ctrl-C ends the local cloud.\n')
    await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')])
    await cloud.close()
    return 0
  } catch (error) {
    if (!(error instanceof CloudError)) throw error
    process.stderr.write(`millrace-cloud: ${error.message}\n`)
    return 2
  }
}

function portOf(text: string): number {
  const port = Number(text)
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port
  throw new InvalidArgumentError('wanted a number from 0 to 65535')
}
