import type { DeadLetter } from '@millrace/queue'
import { jobOf, NO_JOB } from './letters.ts'

/** Messages of one job that were set aside by one code. */
export interface LetterGroup {
  readonly code: string
  /** `-` of what names none. */
  readonly job: string
  readonly messages: number
  /** Seconds since the epoch. */
  readonly oldest: number
  /** That of most of them. */
  readonly reason: string
  /** How many different ones they have. */
  readonly reasons: number
}

/** The largest group first. */
export function groupsOf(letters: readonly DeadLetter[]): LetterGroup[] {
  const groups = Map.groupBy(letters, (letter) => `${letter.code} ${jobOf(letter) ?? NO_JOB}`)
  return [...groups.values()]
    .flatMap((members) => {
      const [first] = members
      if (first === undefined) return []
      const oldest = Math.floor(Math.min(...members.map(({ sentAtMs }) => sentAtMs)) / 1_000)
      const byReason = Map.groupBy(members, ({ reason }) => reason)
      const [[reason] = [first.reason]] = [...byReason].toSorted(
        ([, a], [, b]) => b.length - a.length,
      )
      const job = jobOf(first) ?? NO_JOB
      const counts = { messages: members.length, reasons: byReason.size }
      return { code: first.code, job, oldest, reason, ...counts }
    })
    .toSorted((a, b) => b.messages - a.messages || a.code.localeCompare(b.code))
}
