import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { answerOfContainer, type ContainerAnswer } from './container.ts'
import type { EndpointOptions, EndpointStats } from './endpoint-options.ts'
import { drawFault, type FaultKind, modelFailureOf, refusalOf, TIMEOUT_MESSAGE } from './faults.ts'
import { refusalAtTheDoor } from './front-door.ts'
import type { Gate } from './gate.ts'
import { reply, replyCut, replyError, replyReset } from './reply.ts'
import { modelError, type ServiceError, serviceErrors } from './service-error.ts'

/** What the invocations of one endpoint share. */
export interface Serving {
  /** Replaced as a whole when the behaviour changes; an invocation keeps what it began with. */
  options: EndpointOptions
  readonly stats: { -readonly [key in keyof EndpointStats]: EndpointStats[key] }
  readonly gate: Gate
}

/**
 * Answers one request, in SageMaker's order: the call and its caller, the payload's size, room, then
 * the container's answer after its service time. Faults stand where they would arise.
 */
export async function serveInvocation(
  serving: Serving,
  request: IncomingMessage,
  response: ServerResponse,
  signal: AbortSignal,
): Promise<void> {
  const { options, stats } = serving
  const payload = await readPayload(request, options.payloadBytesMax ?? PAYLOAD_BYTES_MAX)
  const refusal = refusalAtTheDoor(request, payload, options)
  if (refusal !== undefined) return replyError(response, refusal)
  stats.invocations++
  const number = stats.invocations
  response.once('close', () => countAnswer(stats, response))
  options.onInvocation?.({ request: number, payload, headers: request.headers })
  const fault = drawFault(options.faults ?? {}, options.seed ?? 1, number)
  if (fault !== undefined) stats.faults = increment(stats.faults, fault)
  const entered = refusalOfService(options, payload, fault) ?? serving.gate.enter()
  if (!(entered instanceof Promise)) return refuse(stats, response, entered)
  stats.inFlight++
  stats.inFlightMax = Math.max(stats.inFlightMax, stats.inFlight)
  try {
    await entered
    const invocation = { request, response, payload, number, fault }
    await invoke(serving, invocation, signal).finally(serving.gate.leave)
  } finally {
    stats.inFlight--
  }
}

function refuse(
  stats: Serving['stats'],
  response: ServerResponse,
  error: ServiceError = serviceErrors.throttled,
): void {
  if (error === serviceErrors.throttled) stats.throttled++
  replyError(response, error)
}

interface Invocation {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly payload: Buffer
  readonly number: number
  readonly fault: FaultKind | undefined
}

/** Reads to the end but keeps no more than is needed to see that it was too much. */
async function readPayload(request: IncomingMessage, bytesMax: number): Promise<Buffer> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    if (bytes <= bytesMax) chunks.push(chunk)
    bytes += chunk.length
  }
  return chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)
}

function refusalOfService(options: EndpointOptions, payload: Buffer, fault: FaultKind | undefined) {
  if (options.outage === true) return serviceErrors.unavailable
  if (payload.length > (options.payloadBytesMax ?? PAYLOAD_BYTES_MAX)) return serviceErrors.tooLarge
  return refusalOf(fault)
}

/** https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpoint.html */
const PAYLOAD_BYTES_MAX = 6_291_456
/** A container has 60 s to answer. */
const INVOCATION_TIMEOUT_MS = 60_000
const SLOW_MS = 2_000

/** Serves an invocation that has its place; resolves when the place is free again. */
async function invoke(serving: Serving, invocation: Invocation, signal: AbortSignal) {
  const { options, stats } = serving
  const { request, response, payload, number, fault } = invocation
  const startedAt = performance.now()
  const answer = answerOfContainer(
    { payload, contentType: request.headers['content-type'], accept: request.headers.accept },
    {
      model: options.model,
      layout: options.layout ?? 'lines',
      poisonRows: options.poisonRows ?? [],
      poisonStatus: options.poisonStatus,
    },
    fault && { kind: fault, request: number },
  )
  const serviceMs = serviceMsOf(options, answer.rows, fault)
  const timeoutMs = options.invocationTimeoutMs ?? INVOCATION_TIMEOUT_MS
  const waitMs = Math.min(serviceMs, timeoutMs) - (performance.now() - startedAt)
  if (waitMs > 0) await delay(waitMs, undefined, { signal })
  if (fault === 'hang' && !response.closed) await once(response, 'close', { signal })
  if (response.closed) return
  if (fault === 'reset') return replyReset(response)
  const failure =
    serviceMs > timeoutMs
      ? modelError(options.name, 0, TIMEOUT_MESSAGE)
      : (modelFailureOf(fault, options.name) ?? failureOf(answer, options.name))
  if (failure !== undefined) return replyError(response, failure)
  stats.rows += answer.rows
  send(invocation, answer, options.variant ?? 'AllTraffic')
}

function serviceMsOf(options: EndpointOptions, rows: number, fault: FaultKind | undefined): number {
  const extraMs = fault === 'slow' ? (options.slowMs ?? SLOW_MS) : 0
  return (options.latencyMs ?? 0) + rows * (options.perRowMs ?? 0) + extraMs
}

function failureOf({ status, body }: ContainerAnswer, endpoint: string) {
  return status < 400 ? undefined : modelError(endpoint, status, body)
}

function send({ request, response, fault }: Invocation, answer: ContainerAnswer, variant: string) {
  const attributes = request.headers['x-amzn-sagemaker-custom-attributes']
  const whole = { ...answer, variant, customAttributes: attributes?.toString() }
  if (fault === 'cut_body') return replyCut(response, whole)
  if (fault === 'garbage') return reply(response, { ...whole, body: garble(answer.body) })
  return reply(response, whole)
}

/** The answer with something in its middle that is in no number. */
function garble(body: string): string {
  const middle = Math.floor(body.length / 2)
  return `${body.slice(0, middle)}#${body.slice(middle)}`
}

function countAnswer(stats: Serving['stats'], response: ServerResponse) {
  if (!response.headersSent) return
  stats.statuses = increment(stats.statuses, response.statusCode)
}

function increment<K extends string | number>(counts: { readonly [key in K]?: number }, key: K) {
  return { ...counts, [key]: (counts[key] ?? 0) + 1 }
}
