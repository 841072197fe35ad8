import { z } from 'zod'

/** `90m`, `4h`, `2d`. */
const SPAN = /^([1-9]\d{0,3})([mhd])$/
/**
 * Of ISO 8601, with its zone: a time of day without one is another moment in each place. Clocks write fractions of a
 * second, which are left out.
 */
const MOMENT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})$/
const SECONDS = { m: 60, h: 3_600, d: 86_400 } as const

export const WANTED_DEADLINE =
  'wanted a time such as 90m, 4h or 2d, or a moment with its zone such as 2026-12-01T06:00:00Z'

/** When a job is to have ended. It ends a job that is late by nothing: it says when to tell of it. */
export const deadlineSchema = z
  .string()
  .regex(new RegExp(`${SPAN.source}|${MOMENT.source}`), { error: WANTED_DEADLINE, abort: true })
  // The calendar has no 31st of June.
  .refine((text) => deadlineFrom(text, 0) !== undefined, {
    error: ({ input }) => `${WANTED_DEADLINE}, got ${JSON.stringify(input)}`,
  })

/**
 * The moment that a deadline says, in seconds since the epoch; a time of so long is counted from `start`. Nothing
 * where it says none.
 */
export function deadlineFrom(text: string, start: number): number | undefined {
  const [, count, unit] = SPAN.exec(text) ?? []
  if (unit !== undefined) return start + Number(count) * SECONDS[unit as keyof typeof SECONDS]
  if (!MOMENT.test(text)) return undefined
  const [year, month, day] = text.split(/[-T]/, 3).map(Number)
  // Date takes the 31st of June for the 1st of July.
  const isDay = new Date(Date.UTC(year ?? 0, (month ?? 0) - 1, day)).getUTCDate() === day
  const ms = Date.parse(text.replace(/\.\d+/, ''))
  return isDay && ms >= 0 ? ms / 1_000 : undefined // Seconds since the epoch are counted from there on.
}

/** True for a moment, which stays where it is whenever the job comes. */
export const isMoment = (text: string): boolean => MOMENT.test(text)
