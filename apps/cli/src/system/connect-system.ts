import { createLedgerClient } from '@millrace/ledger'
import { createQueueClient } from '@millrace/queue'
import { CliError } from '../cli-error.ts'
import { localKeys } from './local-keys.ts'
import type { QueueName, System } from './system.ts'

/**
 * Connects to the services that an environment names, as the apps do.
 *
 * @param close ends them, when they are those of this process.
 */
export function connectSystem(
  kind: System['kind'],
  env: Readonly<Record<string, string>>,
  close?: () => Promise<void>,
): System {
  const region = wanted(env, 'AWS_REGION')
  const endpointUrl = (service: string): string | undefined =>
    env[`AWS_ENDPOINT_URL_${service}`] ?? env['AWS_ENDPOINT_URL']
  const common = { region, ...localKeys(env) }
  const transport = env['MILLRACE_LEDGER_TRANSPORT'] === 'sdk' ? 'sdk' : 'fast'
  const dynamo = createLedgerClient({ ...common, endpointUrl: endpointUrl('DYNAMODB'), transport })
  const sqs = createQueueClient({ ...common, endpointUrl: endpointUrl('SQS') })
  const queueOf = (name: QueueName, suffix: string) => ({
    client: sqs,
    url: wanted(env, `MILLRACE_${name.toUpperCase()}_${suffix}`),
  })
  return {
    kind,
    isHost: close !== undefined,
    region,
    env,
    ledger: { client: dynamo, tableName: wanted(env, 'MILLRACE_LEDGER_TABLE') },
    queue: (name) => queueOf(name, 'QUEUE_URL'),
    deadLetters: (name) => queueOf(name, 'DLQ_URL'),
    async [Symbol.asyncDispose]() {
      dynamo.destroy()
      sqs.destroy()
      await close?.()
    },
  }
}

function wanted(env: Readonly<Record<string, string>>, name: string): string {
  const value = env[name]
  if (value !== undefined && value !== '') return value
  throw new CliError(`${name} is not set`, {
    hint: 'the outputs of the stack name it, and millrace doctor tells what is missing',
  })
}
