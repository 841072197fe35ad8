import { join } from 'node:path'
import { type JobState, printable } from '@millrace/job'
import { CliError } from '../cli-error.ts'
import { EXIT } from '../exit-code.ts'
import { nearPath } from '../show/near-path.ts'
import { type LogLine, openLogTail } from './log-tail.ts'

/*
 * An endpoint that is away is charged to no batch, so a job waits for it for as long as it takes. Why nothing
 * moves stands in the logs of the apps alone:
 *
 *     consumer ── "endpoint does not answer" ──▶ its fault ── "endpoint answers again", or a new start ──▶ none
 *     producer ── a request that is postponed ─▶ its fault ── what became of it then ──────────────────▶ none
 *
 * One consumer may be without an answer while another one has some: only where nothing is recorded, either,
 * is the endpoint waited for.
 */

/** Why an app has no answer. */
interface Fault {
  /** Tells faults apart. */
  readonly code: string
  readonly text: string
  readonly hint: string | undefined
  /** Nothing but a person mends it. */
  readonly isLasting: boolean
}

interface Deps {
  /** The folder of the logs of the apps. */
  readonly logs: string
  /** Whether they are those of apps that are about to be started, or of some that are at work. */
  readonly apps: 'new' | 'at_work'
  note(text: string): void
  /** Milliseconds from any origin. */
  now(): number
  /** How long a fault that only a person mends is waited for. Default: without an end. */
  readonly patienceMs?: number
}

/** What is recorded of a job at a look. */
export interface Seen {
  readonly state: JobState
  readonly batches: number
}

/** Batches may take as long, and a fault may pass in less. */
const STILL_MS = 5_000
const LOOK_EVERY_MS = 1_000
const TEXT_CHARS_MAX = 300

/**
 * Looks whether a job waits for its endpoint, and notes for what: once for each reason, and that it is over.
 *
 * @returns what is called at each look at the job; it throws when the patience with the endpoint has ended.
 */
export async function createEndpointWatch(deps: Deps): Promise<(seen: Seen) => Promise<boolean>> {
  const { logs, note, now, patienceMs = Number.POSITIVE_INFINITY } = deps
  const tail = await openLogTail(logs, deps.apps === 'new' ? 'end' : 'start')
  const faults = new Map<string, Fault>()
  const told = new Set<string>()
  let movedAtMs = now()
  let lookAtMs = now()
  let batches = -1

  async function readLogs(): Promise<void> {
    for await (const line of tail.read()) {
      const saying = sayingOf(line)
      if (saying === 'none') faults.delete(line.name)
      else if (saying !== undefined) faults.set(line.name, saying)
    }
  }
  function tell(name: string, { code, text, hint }: Fault): void {
    if (told.has(code)) return
    told.add(code)
    const advice = hint === undefined ? '' : `; ${hint}`
    note(`waiting for the endpoint: ${text}${advice} (see ${nearPath(join(logs, `${name}.log`))})`)
  }
  return async (seen) => {
    if (seen.batches !== batches || !WORKED_ON.has(seen.state)) movedAtMs = now()
    batches = seen.batches
    if (now() >= lookAtMs) {
      await readLogs()
      lookAtMs = now() + LOOK_EVERY_MS
    }
    const stillMs = now() - movedAtMs
    const [away] = stillMs < STILL_MS ? [] : faults
    if (away === undefined) {
      if (told.size > 0) note('the endpoint answers again')
      told.clear()
      return false
    }
    const [name, fault] = away
    tell(name, fault)
    if (fault.isLasting && stillMs >= patienceMs) throw givenUp(fault, patienceMs)
    return true
  }
}

/** In these states nothing but the endpoint keeps a job that is worked on from moving. */
const WORKED_ON: ReadonlySet<JobState> = new Set(['planning', 'running'])

function givenUp({ text, hint }: Fault, patienceMs: number): CliError {
  const minutes = Math.round(patienceMs / 60_000)
  return new CliError(`for ${minutes} minutes the endpoint has not answered: ${text}`, {
    hint: `${hint ?? 'correct it'}; then the same command continues`,
    exitCode: EXIT.failed,
  })
}

/** What the apps write of it, as JSON. */
interface Facts {
  readonly msg?: string
  readonly outcome?: string
  readonly reason?: string
  readonly error?: {
    readonly code?: string
    readonly message?: string
    readonly hint?: string
    readonly retryable?: boolean
  }
}

/** The messages that say something about an endpoint; most lines of a log say other things, and are not read. */
const TELLING =
  /"msg":"(endpoint does not answer|endpoint answers again|job request done|service started)"/

/** The fault that a line tells of, or that there is none any more; nothing when it says neither. */
function sayingOf({ text }: LogLine): Fault | 'none' | undefined {
  if (!TELLING.test(text)) return undefined
  const facts = factsOf(text)
  if (facts === undefined) return undefined
  const { msg, outcome, reason = '', error = {} } = facts
  if (msg === 'endpoint does not answer') {
    const { code = 'unknown', message = code, hint, retryable } = error
    return { code, text: shown(message), hint, isLasting: retryable === false }
  }
  if (outcome !== 'postponed') return 'none'
  return { code: 'postponed', text: shown(reason), hint: undefined, isLasting: false }
}

/** Nothing of a line in whose middle its app was killed. */
function factsOf(text: string): Facts | undefined {
  try {
    return JSON.parse(text) as Facts
  } catch {
    return undefined
  }
}

const shown = (text: string): string =>
  text.length > TEXT_CHARS_MAX ? `${printable(text.slice(0, TEXT_CHARS_MAX))}…` : printable(text)
