import type { EndpointOptions } from './endpoint-options.ts'
import { createGate } from './gate.ts'
import type { Serving } from './serve-invocation.ts'

/** What the invocations of an endpoint share, before the first of them. */
export function createServing(options: EndpointOptions): Serving {
  const gate = createGate(() => ({
    concurrencyMax: serving.options.concurrencyMax ?? Infinity,
    queueMax: serving.options.queueMax ?? 0,
  }))
  const stats = { invocations: 0, rows: 0, throttled: 0, inFlight: 0, inFlightMax: 0 }
  const serving: Serving = { options, gate, stats: { ...stats, faults: {}, statuses: {} } }
  return serving
}
