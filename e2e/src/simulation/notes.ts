import type { Logger } from '@millrace/service'

/** One thing that happened, for people. */
export interface Note {
  readonly atMs: number
  readonly who: string
  readonly what: string
}

/** A line that an app has logged: its facts, and its message as `msg`. */
export type LogLine = Readonly<Record<string, unknown>> & {
  readonly msg: string
  readonly atMs: number
}

/** What a run leaves behind: its history, the apps' own logs, and what was wrong. */
export interface Notes {
  add(who: string, what: string): void
  fault(who: string, kind: string, call: string): void
  /** Something that must never be. */
  violation(rule: string, what: string): void
  appFailed(who: string, error: unknown): void
  logger(who: string): Logger
  readonly history: readonly Note[]
  readonly lines: readonly LogLine[]
  readonly violations: readonly string[]
  /** How often each kind of fault has happened. */
  readonly faults: ReadonlyMap<string, number>
}

/** Errors that no fault of the world explains. */
const BUGS = new Set(['TypeError', 'RangeError', 'ReferenceError', 'SyntaxError', 'AssertionError'])

/** @param full keeps a history for people, which most runs do not need. */
export function createNotes(nowMs: () => number, full: boolean): Notes {
  const history: Note[] = []
  const lines: LogLine[] = []
  const violations: string[] = []
  const faults = new Map<string, number>()

  const notes: Notes = {
    history,
    lines,
    violations,
    faults,
    add(who, what) {
      if (full) history.push({ atMs: nowMs(), who, what })
    },
    fault(who, kind, call) {
      faults.set(kind, (faults.get(kind) ?? 0) + 1)
      if (full) notes.add(who, `✗ ${kind} (${call})`)
    },
    violation(rule, what) {
      violations.push(`${rule}: ${what}`)
      notes.add('CHECK', `VIOLATION ${rule}: ${what}`)
    },
    appFailed(who, error) {
      if (isBug(error)) notes.violation('no bugs', `${who}: ${(error as Error).stack}`)
    },
    logger(who) {
      const log =
        (level: string) =>
        (facts: object, msg: string): void => {
          lines.push({ ...facts, msg, level, app: who, atMs: nowMs() })
          const { error } = facts as { error?: unknown }
          if (isBug(error)) notes.violation('no bugs', `${who}: ${(error as Error).stack}`)
          if (full) notes.add(who, `${msg} ${factsText(facts)}`)
        }
      const levels = ['info', 'warn', 'error'].map((level) => [level, log(level)])
      return { ...Object.fromEntries(levels), debug: () => {} } as Logger
    },
  }
  return notes
}

const isBug = (error: unknown): boolean => BUGS.has((error as Error | undefined)?.name ?? '')

function factsText(facts: object): string {
  const text = Object.entries(facts).map(([name, value]) => {
    const shown = value instanceof Error ? value.message : JSON.stringify(value)
    return `${name}=${shown}`
  })
  return text.join(' ').slice(0, 400)
}
