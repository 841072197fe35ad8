import { InvocationError } from '../invoke/invocation-error.ts'
import { askRows } from './ask-rows.ts'
import type { Ask, PreflightInput } from './preflight-input.ts'

/** Invocations at once; an endpoint that is not known yet is not to be overrun. */
const AT_ONCE = 4

/** Rows, laid out as those they were chosen from. */
export interface ChosenRows {
  readonly body: Uint8Array
  readonly rows: number
  rowOffsets(): Uint32Array
}

/** Invokes the endpoint with each row alone; gives back those that get a prediction. */
export async function acceptedAlone(ask: Ask, input: PreflightInput): Promise<ChosenRows> {
  const offsets = input.rowOffsets()
  const rows = Array.from({ length: input.rows }, (_, row) =>
    input.body.subarray(offsets[row], offsets[row + 1]),
  )
  const accepted: boolean[] = []
  const waiting = rows.entries()
  const lane = async () => {
    for (const [row, body] of waiting) accepted[row] = await isPredicted(ask, input, body)
  }
  await Promise.all(Array.from({ length: AT_ONCE }, lane))
  const chosen = rows.filter((_, row) => accepted[row])
  const ends = chosen.reduce<number[]>(
    (all, { length }) => [...all, (all.at(-1) ?? 0) + length],
    [],
  )
  return {
    body: Buffer.concat(chosen),
    rows: chosen.length,
    rowOffsets: () => Uint32Array.from([0, ...ends]),
  }
}

async function isPredicted(ask: Ask, input: PreflightInput, body: Uint8Array): Promise<boolean> {
  const asked = await askRows(ask, input, body, 1)
  return !(asked instanceof InvocationError) && asked.decoded.kind === 'decoded'
}
