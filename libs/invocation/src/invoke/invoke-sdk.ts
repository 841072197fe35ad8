import {
  InvokeEndpointCommand,
  type InvokeEndpointCommandInput,
  SageMakerRuntimeClient,
  type SageMakerRuntimeClientConfig,
} from '@aws-sdk/client-sagemaker-runtime'
import type { Proxies } from '@millrace/aws'
import { limits } from '@millrace/job'
import { invocationErrorOf } from './classify-failure.ts'
import type { InvocationAnswer, InvocationRequest, Invoke } from './invocation.ts'
import { InvocationError } from './invocation-error.ts'

export interface InvokeSdkOptions {
  readonly region: string
  readonly endpointUrl?: string | undefined
  readonly credentials?: SageMakerRuntimeClientConfig['credentials'] | undefined
  readonly proxies?: Proxies | undefined
  /** Sockets, and so invocations at once. */
  readonly connectionsMax: number
  /** After this an invocation is aborted as timed out. */
  readonly timeoutMs: number
}

/** Invokes through AWS's stock client: the oracle for the fast transport, and its fallback. */
export function createSdkInvoke(options: InvokeSdkOptions): Invoke & { close(): Promise<void> } {
  const client = new SageMakerRuntimeClient(configOf(options))
  const invoke: Invoke = async (request, signal) => {
    const timer = AbortSignal.timeout(options.timeoutMs)
    const startedAt = performance.now()
    try {
      const answer = await client.send(new InvokeEndpointCommand(inputOf(request)), {
        abortSignal: AbortSignal.any([signal, timer]),
      })
      return answerOf(answer, performance.now() - startedAt)
    } catch (error) {
      signal.throwIfAborted()
      throw timer.aborted
        ? timedOut(request.endpoint.name, options.timeoutMs, error)
        : invocationErrorOf(request.endpoint.name, error)
    }
  }
  return Object.assign(invoke, {
    close: async () => {
      client.destroy()
    },
  })
}

function timedOut(endpoint: string, timeoutMs: number, cause?: unknown): InvocationError {
  return new InvocationError('invocation_timed_out', endpoint, `no answer within ${timeoutMs} ms`, {
    cause,
  })
}

/** Settings of AWS's client that both transports share. */
export function configOf(options: InvokeSdkOptions): SageMakerRuntimeClientConfig {
  return {
    region: options.region,
    // One retry layer only, and it is ours.
    maxAttempts: 1,
    requestHandler: {
      requestTimeout: limits.invocationSocketTimeoutMs,
      // Without it the SDK warns and waits on.
      throwOnRequestTimeout: true,
      httpAgent: { keepAlive: true, maxSockets: options.connectionsMax },
      httpsAgent: { keepAlive: true, maxSockets: options.connectionsMax },
    },
    ...(options.endpointUrl !== undefined && { endpoint: options.endpointUrl }),
    ...(options.credentials !== undefined && { credentials: options.credentials }),
  }
}

function inputOf({ endpoint, body, inferenceId }: InvocationRequest): InvokeEndpointCommandInput {
  return {
    EndpointName: endpoint.name,
    Body: body,
    ContentType: endpoint.contentType,
    Accept: endpoint.accept,
    ...(endpoint.variant !== undefined && { TargetVariant: endpoint.variant }),
    ...(endpoint.model !== undefined && { TargetModel: endpoint.model }),
    ...(endpoint.inferenceComponent !== undefined && {
      InferenceComponentName: endpoint.inferenceComponent,
    }),
    ...(inferenceId !== undefined && { InferenceId: inferenceId }),
  }
}

function answerOf(
  answer: {
    readonly Body?: Uint8Array
    readonly ContentType?: string | undefined
    readonly InvokedProductionVariant?: string | undefined
  },
  durationMs: number,
): InvocationAnswer {
  const body = answer.Body ?? new Uint8Array()
  return {
    body: Buffer.from(body.buffer, body.byteOffset, body.byteLength),
    contentType: answer.ContentType ?? '',
    durationMs,
    ...(answer.InvokedProductionVariant !== undefined && {
      variant: answer.InvokedProductionVariant,
    }),
  }
}
