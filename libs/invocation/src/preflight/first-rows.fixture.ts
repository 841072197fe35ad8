import type { PreflightInput } from './preflight-input.ts'
import { batchOf, flightsEndpoint } from '../flights.fixture.ts'

/** Twenty flights, as they would be sent. */
export const ROWS = batchOf(0, 20).body
export const GOOD: PreflightInput = {
  endpoint: flightsEndpoint,
  region: 'us-east-1',
  body: ROWS,
  rows: 20,
  rowOffsets: () => Uint32Array.of(),
}

/** With the offsets of its rows, none of which spans lines. */
export const whole = (input: PreflightInput): PreflightInput => ({
  ...input,
  rowOffsets: () => {
    const ends = [
      ...Buffer.from(input.body)
        .toString('latin1')
        .matchAll(/\r\n|\r|\n/g),
    ]
    return Uint32Array.from([0, ...ends.map(({ index, 0: end }) => index + end.length)])
  },
})

export const rowsMapped = (map: (row: string) => string): Buffer =>
  Buffer.from(`${Buffer.from(ROWS).toString().trimEnd().split('\n').map(map).join('\n')}\n`)
