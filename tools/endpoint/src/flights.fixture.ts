import { InvokeEndpointCommand, SageMakerRuntimeClient } from '@aws-sdk/client-sagemaker-runtime'
import { readFileSync } from 'node:fs'
import type { EndpointOptions } from './endpoint-options.ts'
import { startEndpoint } from './start-endpoint.ts'
import { loadXgboostModel } from './xgboost-model.ts'

const folder = new URL('../../../examples/flights/', import.meta.url)

const linesOf = (name: string): string[] =>
  readFileSync(new URL(name, folder), 'utf8').trimEnd().split('\n')

export const flights = {
  modelPath: new URL('model.json', folder).pathname,
  model: loadXgboostModel(new URL('model.json', folder)),
  rows: linesOf('features.csv'),
  answers: linesOf('expected.txt'),
}

/** Rows of the flights as a payload. */
export const payloadOf = (start: number, end: number): string =>
  `${flights.rows.slice(start, end).join('\n')}\n`

/** The answers to them as a body. */
export const bodyOf = (start: number, end: number): string =>
  `${flights.answers.slice(start, end).join('\n')}\n`

export interface InvokeOptions {
  readonly name?: string
  readonly accept?: string
  readonly contentType?: string
  readonly variant?: string
  readonly customAttributes?: string
  readonly accessKeyId?: string
  readonly secretAccessKey?: string
  readonly sessionToken?: string
  readonly signal?: AbortSignal
}

/** An endpoint that serves the flights, and the SDK's client to invoke it with, once. */
export async function startFlights(options: Partial<EndpointOptions> = {}) {
  const endpoint = await startEndpoint({ name: 'flights', model: flights.model, ...options })
  const clientOf = ({
    accessKeyId = 'AKIALOCAL',
    secretAccessKey = 'secret',
    sessionToken,
  }: InvokeOptions) =>
    new SageMakerRuntimeClient({
      region: 'us-east-1',
      endpoint: endpoint.url,
      credentials: { accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) },
      maxAttempts: 1,
    })
  return {
    endpoint,
    async invoke(payload: string | Uint8Array, options: InvokeOptions = {}) {
      const client = clientOf(options)
      const command = new InvokeEndpointCommand({
        EndpointName: options.name ?? 'flights',
        Body: typeof payload === 'string' ? Buffer.from(payload) : payload,
        ContentType: options.contentType ?? 'text/csv',
        Accept: options.accept,
        TargetVariant: options.variant,
        CustomAttributes: options.customAttributes,
      })
      const answer = await client
        .send(command, options.signal && { abortSignal: options.signal })
        .finally(() => client.destroy())
      // With 204 the SDK gives no body at all, whatever its types say.
      const body = answer.Body as typeof answer.Body | null
      return { ...answer, text: body?.transformToString() ?? '' }
    },
    [Symbol.asyncDispose]: () => endpoint.close(),
  }
}
