import {
  classifyFailure,
  InvocationError,
  type InvocationErrorCode,
  type Invoke,
} from '@millrace/invocation'
import type { Link, Random } from '@millrace/testing'
import { answerTo, wrongAnswer } from './dataset.ts'
import type { EndpointFaults } from './scenario.ts'
import type { InvocationsWatch } from './watch/watch-invocations.ts'

export interface EndpointModel {
  /** The endpoint as one machine reaches it. */
  through(link: Link, machineName: string): Invoke
  /** What callers have seen, by the inference id that their invocations carried. */
  readonly seen: ReadonlyMap<string, readonly Sighting[]>
  invocations(): number
}

/** What came of one invocation, as its caller saw it: an answer that was lost on its way is none. */
export interface Sighting {
  readonly machine: string
  /** The rows that were sent, a line each. */
  readonly rows: string
  readonly saw: InvocationErrorCode | 'answered'
}

export interface EndpointModelOptions {
  readonly random: Random
  readonly faults: EndpointFaults
  readonly nowMs: () => number
  readonly after: (delayMs: number, run: () => void) => void
  readonly onFault: (kind: string) => void
  readonly watch: InvocationsWatch
}

/** Stands for the inference id of the producer's preflight, which has none. */
const PROBE = 'probe'

type Reply = { readonly body: Buffer; readonly damaged?: true } | { readonly error: Error }

const modelError = (OriginalStatusCode: number, OriginalMessage: string): Error =>
  Object.assign(new Error('Received error from model'), {
    name: 'ModelError',
    OriginalStatusCode,
    OriginalMessage,
    $metadata: { httpStatusCode: 424 },
  })

const throttled = (): Error =>
  Object.assign(new Error(''), { name: 'ThrottlingException', $metadata: { httpStatusCode: 400 } })

const refused = (): Error =>
  Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })

const unavailable = (): Error =>
  Object.assign(new Error('Service Unavailable'), {
    name: 'ServiceUnavailable',
    $metadata: { httpStatusCode: 503 },
  })

/** An endpoint whose model is `answerTo`: one bad row refuses the whole request, as SageMaker's does. */
export function createEndpointModel(options: EndpointModelOptions): EndpointModel {
  const { random, faults } = options
  const seen = new Map<string, Sighting[]>()
  let inFlight = 0
  let invocations = 0

  const see = (id: string, sighting: Sighting): void => {
    const before = seen.get(id)
    if (before === undefined) seen.set(id, [sighting])
    else before.push(sighting)
  }
  const strikes = (kind: 'failed' | 'malformed' | 'hung', id: string): boolean => {
    // A job that its preflight has failed has no more to tell: most of them get past it.
    const rate = id === PROBE ? faults[kind] / 10 : faults[kind]
    if (!random.chance(rate)) return false
    options.onFault(`endpoint_${kind}`)
    return true
  }
  /** The reply, and how long it takes. */
  const replyTo = (body: Buffer, id: string): { reply: Reply; afterMs: number } => {
    const afterMs = faults.latencyMs * (0.5 + random.next())
    if (options.nowMs() < faults.downUntilMs) {
      const error = faults.down === 'refused' ? refused() : unavailable()
      return { reply: { error }, afterMs: 1 }
    }
    if (inFlight >= faults.capacity) {
      options.onFault('endpoint_throttled')
      return { reply: { error: throttled() }, afterMs: 1 }
    }
    if (strikes('hung', id)) {
      return { reply: { error: modelError(0, 'Your invocation timed out') }, afterMs: 60_000 }
    }
    if (strikes('failed', id)) return { reply: { error: modelError(500, 'oops') }, afterMs }
    const reply = predict(body, faults.refuses)
    if ('error' in reply || !strikes('malformed', id)) return { reply, afterMs }
    return { reply: { body: damaged(reply.body, random), damaged: true }, afterMs }
  }

  return {
    seen,
    invocations: () => invocations,
    through: (link, machineName) => async (request, signal) => {
      const body = Buffer.from(request.body)
      const startedAtMs = options.nowMs()
      const call = {
        name: 'endpoint invoke',
        timeoutMs: 70_000,
        refusal: throttled,
        serve(answer: (reply: Reply) => void) {
          invocations += 1
          const { reply, afterMs } = replyTo(body, request.inferenceId ?? PROBE)
          inFlight += 1
          options.after(afterMs, () => {
            inFlight -= 1
            answer(reply)
          })
        },
      }
      // As the machine counts: what it has given up may still be under way here.
      options.watch.began(machineName, request.inferenceId)
      const reply = await link(call, signal)
        .catch((error: Error): Reply => {
          signal.throwIfAborted()
          return { error }
        })
        .finally(() => options.watch.ended(machineName, request.inferenceId))
      see(request.inferenceId ?? PROBE, {
        machine: machineName,
        rows: body.toString().trimEnd(),
        saw: codeOf(reply),
      })
      if ('error' in reply) throw errorOf(request.endpoint.name, reply.error)
      const durationMs = options.nowMs() - startedAtMs
      return { body: reply.body, contentType: 'text/csv; charset=utf-8', variant: 'v1', durationMs }
    },
  }
}

function codeOf(reply: Reply): Sighting['saw'] {
  if ('error' in reply) return classifyFailure(reply.error)
  return reply.damaged === true ? 'response_malformed' : 'answered'
}

function errorOf(endpoint: string, cause: unknown): InvocationError {
  const { message, OriginalMessage = message } = cause as Error & { OriginalMessage?: string }
  const words = { words: OriginalMessage, cause }
  return new InvocationError(classifyFailure(cause), endpoint, 'simulated', words)
}

function predict(body: Buffer, refuses: EndpointFaults['refuses']): Reply {
  const rows = body.toString().split('\n')
  if (rows.at(-1) === '') rows.pop()
  const lines: string[] = []
  for (const row of rows) {
    const answer = answerTo(row)
    if (answer.kind === 'odd' && row.split(',').length < 3) {
      lines.push(wrongAnswer)
      continue
    }
    if (answer.kind !== 'predicted') {
      return { error: modelError(refuses, `could not convert string to float in ${row}`) }
    }
    lines.push(answer.text)
  }
  return { body: Buffer.from(`${lines.join('\n')}\n`) }
}

/** A line too few or one too many: what only a count can tell. */
function damaged(body: Buffer, random: Random): Buffer {
  const text = body.toString()
  const lines = text.split('\n')
  if (random.chance(0.5))
    return Buffer.from(lines.toSpliced(random.int(0, lines.length - 2), 1).join('\n'))
  return Buffer.from(`${text}0.5\n`)
}
