import { limits } from '@millrace/job'
import { span } from '../show/money.ts'

/** Work that is done a batch an invocation. */
export interface Work {
  readonly batches: number
  readonly batchSeconds: number
  /** All of it, with as many at once as are wanted. */
  readonly seconds: number
}

/**
 * Whether work is done in the seconds that are left, and what would make it so.
 *
 * @param left until the deadline, from now; below 0 when it has passed.
 */
export function inTimeText({ batches, batchSeconds, seconds }: Work, left: number): string {
  if (left <= 0) return 'its deadline has passed'
  if (seconds <= left) return `in time, with ${span(left - seconds)} to spare`
  const late = `late by ${span(seconds - left)}`
  const inEachPlace = Math.floor(left / batchSeconds)
  if (inEachPlace === 0) return `${late}: a batch alone takes ${span(batchSeconds)}`
  const wanted = Math.ceil(batches / inEachPlace)
  if (wanted > limits.concurrencyMax) return `${late}, with however many at once`
  return `${late}: in time at ${wanted} at once, if the endpoint takes them`
}
