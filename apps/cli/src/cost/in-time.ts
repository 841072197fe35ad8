import { span } from '../show/money.ts'

/**
 * Whether what takes so many seconds is done in those that are left, and what would make it so.
 *
 * @param left until the deadline, from now; below 0 when it has passed.
 * @param concurrency with which it takes `seconds`.
 */
export function inTimeText(seconds: number, left: number, concurrency: number): string {
  if (left <= 0) return 'its deadline has passed'
  if (seconds <= left) return `in time, with ${span(left - seconds)} to spare`
  const wanted = Math.ceil((concurrency * seconds) / left)
  return `late by ${span(seconds - left)}: in time at ${wanted} at once, if the endpoint takes them`
}
