import { createSignedSend, openWire, type RawAnswer, type SignedRequest } from '@millrace/aws'
import { SageMakerRuntimeClient } from '@aws-sdk/client-sagemaker-runtime'
import { invocationErrorOf } from './classify-failure.ts'
import type { InvocationAnswer, InvocationRequest, Invoke } from './invocation.ts'
import { configOf, type InvokeSdkOptions } from './invoke-sdk.ts'
import { resolveOrigin } from './service-origin.ts'

export interface InvokeFastOptions extends InvokeSdkOptions {
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

const CONNECT_TIMEOUT_MS = 10_000
const KEEP_ALIVE_MS = 30_000
/** SageMaker's own answers end at 25 MB; what is longer is no answer of a container. */
const ANSWER_BYTES_MAX = 32 * 1024 * 1024

/** Invokes with AWS's credentials, addresses and errors, but by the shortest way. */
export function createFastInvoke(options: InvokeFastOptions): Invoke & { close(): Promise<void> } {
  // For its credentials: the whole chain of providers, renewed before they expire.
  const client = new SageMakerRuntimeClient(configOf(options))
  const send = createSignedSend({
    service: 'sagemaker',
    credentials: (renew) => client.config.credentials(renew),
    open: () => openLink(options),
    now: options.now,
    timeoutMs: options.timeoutMs,
    answerBytesMax: ANSWER_BYTES_MAX,
  })

  const invoke: Invoke = async (request, signal) => {
    signal.throwIfAborted()
    const startedAt = performance.now()
    try {
      const raw = await send(signedRequestOf(request), signal)
      return answerOf(raw, performance.now() - startedAt)
    } catch (error) {
      signal.throwIfAborted()
      throw invocationErrorOf(request.endpoint.name, error)
    }
  }

  return Object.assign(invoke, {
    close: async () => {
      client.destroy()
      await send.close()
    },
  })
}

async function openLink(options: InvokeFastOptions) {
  const origin = await resolveOrigin(configOf(options))
  const wire = await openWire(origin.origin, {
    connectionsMax: options.connectionsMax,
    connectTimeoutMs: CONNECT_TIMEOUT_MS,
    keepAliveMs: KEEP_ALIVE_MS,
    proxies: options.proxies,
  })
  return { ...origin, wire, signingRegion: options.region }
}

function signedRequestOf(request: InvocationRequest): SignedRequest {
  const { endpoint, body, bodyHash, inferenceId } = request
  const headersAfter: string[] = []
  const add = (name: string, value: string | undefined) => {
    if (value !== undefined) headersAfter.push(name, value)
  }
  add('x-amzn-sagemaker-inference-component', endpoint.inferenceComponent)
  add('x-amzn-sagemaker-inference-id', inferenceId)
  add('x-amzn-sagemaker-target-model', endpoint.model)
  add('x-amzn-sagemaker-target-variant', endpoint.variant)
  return {
    path: `/endpoints/${endpoint.name}/invocations`,
    headersBefore: ['accept', endpoint.accept, 'content-type', endpoint.contentType],
    headersAfter,
    body,
    ...(bodyHash !== undefined && { bodyHash }),
  }
}

function answerOf(raw: RawAnswer, durationMs: number): InvocationAnswer {
  const variant = raw.headers['x-amzn-invoked-production-variant']
  return {
    body: raw.body,
    contentType: raw.headers['content-type'] ?? '',
    durationMs,
    ...(variant !== undefined && { variant }),
  }
}
