import { EndpointError } from './endpoint-error.ts'
import type { EndpointOptions } from './endpoint-options.ts'

/** @throws {EndpointError} `option_invalid`, with what was wanted and what came. */
export function checkOptions(options: EndpointOptions): void {
  const { port = 0, concurrencyMax = 1, queueMax = 0, latencyMs = 0, perRowMs = 0 } = options
  check(Number.isInteger(port) && port >= 0 && port <= 65_535, 'port: 0 to 65535', port)
  check(concurrencyMax >= 1, 'concurrencyMax: 1 or more', concurrencyMax)
  check(queueMax >= 0, 'queueMax: 0 or more', queueMax)
  check(latencyMs >= 0, 'latencyMs: 0 or more', latencyMs)
  check(perRowMs >= 0, 'perRowMs: 0 or more', perRowMs)
  const shares = Object.values(options.faults ?? {})
  const total = shares.reduce((sum, share) => sum + share, 0)
  check(
    shares.every((share) => share >= 0) && total <= 1 + ROUNDING,
    'faults: shares of 0 to 1 that add up to 1 at most',
    JSON.stringify(options.faults),
  )
}

/** Ten shares of a tenth add up to a little less or more than one. */
const ROUNDING = 1e-9

function check(right: boolean, wanted: string, got: number | string): void {
  if (!right) throw new EndpointError('option_invalid', `${wanted} wanted, got ${got}`)
}
