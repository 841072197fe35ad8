import type { DeadLetter } from '@millrace/queue'
import { jobOf, NO_JOB } from './letters.ts'

/** Messages of one job that were set aside for one reason. */
export interface LetterGroup {
  readonly code: string
  /** `-` of what names none. */
  readonly job: string
  readonly messages: number
  /** Seconds since the epoch. */
  readonly oldest: number
  /** That of one of them. */
  readonly reason: string
}

/** The largest group first. */
export function groupsOf(letters: readonly DeadLetter[]): LetterGroup[] {
  const groups = Map.groupBy(letters, (letter) => `${letter.code} ${jobOf(letter) ?? NO_JOB}`)
  return [...groups.values()]
    .flatMap((members) => {
      const [first] = members
      if (first === undefined) return []
      const oldest = Math.floor(Math.min(...members.map(({ sentAtMs }) => sentAtMs)) / 1_000)
      const { code, reason } = first
      return { code, job: jobOf(first) ?? NO_JOB, messages: members.length, oldest, reason }
    })
    .toSorted((a, b) => b.messages - a.messages || a.code.localeCompare(b.code))
}
