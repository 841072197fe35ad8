import {
  createInvoke,
  createLimiter,
  InvocationError,
  type Invoke,
  type Limiter,
} from '@millrace/invocation'

/** What one client of an endpoint has done; times are seconds from the start of its load. */
export interface Load {
  /** Answers and throttles of each tenth of a second. */
  readonly answered: readonly number[]
  readonly throttled: readonly number[]
  readonly limit: number
}

export interface LoadOptions {
  readonly url: string
  readonly seconds: number
  /** A fixed number of invocations at once; without it, the limiter finds one from cold. */
  readonly fixed?: number
  /** Aborted loads end early. */
  readonly signal?: AbortSignal
}

const body = Buffer.from('7,20,1,10,30,500,3,4\n')
const endpoint = { name: 'flights', contentType: 'text/csv', accept: 'text/csv', response: 'auto' }
const TICKS = 10
/** More work than any limit of the grid: what is not sent is held back by the limiter alone. */
const LANES = 320

/** Invokes as often as the limiter allows, one row at a time, for so long. */
export async function load({ url, seconds, fixed }: LoadOptions): Promise<Load> {
  const invoke = createInvoke({
    region: 'us-east-1',
    endpointUrl: url,
    credentials: { accessKeyId: 'AKIDBENCH', secretAccessKey: 'bench' },
  })
  const limiter = fixed === undefined ? coldLimiter() : undefined
  const startedAt = performance.now()
  const counts = { answered: ticks(seconds), throttled: ticks(seconds) }
  const count = (of: number[]) => {
    const tick = Math.floor(((performance.now() - startedAt) / 1_000) * TICKS)
    if (tick < of.length) of[tick] = (of[tick] ?? 0) + 1
  }
  const once = onceBy(invoke, limiter, counts, count)
  const lane = async () => {
    // Of its own, as each message has one.
    const { signal } = new AbortController()
    while (performance.now() - startedAt < seconds * 1_000) await once(signal)
  }
  await Promise.all(Array.from({ length: fixed ?? LANES }, lane))
  const limit = limiter?.state.limit ?? fixed ?? 0
  await invoke.close()
  return { ...counts, limit }
}

/** As a consumer has it, with its clock. */
function coldLimiter(): Limiter {
  const now = () => performance.timeOrigin + performance.now()
  return createLimiter({ concurrencyMax: LANES, now })
}

function onceBy(
  invoke: Invoke,
  limiter: Limiter | undefined,
  counts: { readonly answered: number[]; readonly throttled: number[] },
  count: (of: number[]) => void,
): (signal: AbortSignal) => Promise<void> {
  return async (signal) => {
    const send = () => invoke({ endpoint, body }, signal)
    try {
      await (limiter === undefined ? send() : limiter.run(send, signal, body.length))
      count(counts.answered)
    } catch (error) {
      if (!(error instanceof InvocationError) || error.code !== 'endpoint_throttled') throw error
      count(counts.throttled)
    }
  }
}

const ticks = (seconds: number): number[] => Array.from({ length: seconds * TICKS }, () => 0)

/** Of a count by tenths of a second: what came between two seconds. */
export const between = (counts: readonly number[], from: number, to: number): number =>
  counts.slice(from * TICKS, to * TICKS).reduce((sum, count) => sum + count, 0)

/** The part of the invocations from `from` on that were throttled. */
export function throttledShare({ answered, throttled }: Load, from: number): number {
  const refused = between(throttled, from, answered.length)
  return refused / Math.max(1, refused + between(answered, from, answered.length))
}
