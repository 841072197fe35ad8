import { isFinal, type JobState } from '@millrace/job'
import { SingleBar } from 'cli-progress'
import { type BarFields, barLine } from './bar-line.ts'
import { fit } from './fit.ts'

/** How far a run is. */
export interface Snapshot {
  readonly state: string
  /** Unknown until the plan is whole. */
  readonly rows: number | undefined
  /** At most, while the rows are unknown. */
  readonly rowsDone: number
  readonly rowsFailed: number
  /** As `rowsDone`. */
  readonly rowsPerSecond: number
  /** The endpoint is asked for the first rows, and nothing else is done before it has answered. */
  readonly isTried?: boolean
  /** For so long an endpoint is being made for it by now, and there is none before. */
  readonly madeForSeconds?: number
  /** Nothing moves, because the endpoint does not answer. */
  readonly isAway?: boolean
  /** When it is to have ended, in seconds since the epoch. */
  readonly deadline?: number
}

/** Shows a run to whoever watches it: a bar on a terminal, a line now and then elsewhere. */
export interface Screen {
  show(snapshot: Snapshot): void
  /** A sentence worth keeping, above the bar. */
  note(text: string): void
  close(): void
}

/** Tells what must be heard, however quiet the screen is. */
export function warnBeside(
  screen: Pick<Screen, 'close'>,
  { stderr }: { readonly stderr: NodeJS.WriteStream },
): (text: string) => void {
  return (text) => {
    screen.close()
    stderr.write(`${fit(text, stderr)}\n`)
  }
}

const LINE_EVERY_MS = 5_000
/** Of a terminal that does not say how many it has. */
const COLUMNS = 80
const count = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 })

export function createScreen(
  stream: NodeJS.WriteStream,
  options: {
    readonly quiet: boolean
    readonly now: () => number
    readonly env?: Readonly<Record<string, string | undefined>>
  },
): Screen {
  if (options.quiet) return { show: () => {}, note: () => {}, close: () => {} }
  const draws = stream.isTTY && !isPlain(options.env ?? {})
  return draws ? barScreen(stream, options.now) : lineScreen(stream, options.now)
}

/** A terminal that moves no cursor, and the log of a build, whose lines are kept one below the other. */
function isPlain({ TERM, CI = '' }: Readonly<Record<string, string | undefined>>): boolean {
  return TERM === 'dumb' || !['', '0', 'false'].includes(CI)
}

function barScreen(stream: NodeJS.WriteStream, now: () => number): Screen {
  const bar = new SingleBar({
    stream,
    // Each time anew: the terminal may have been made narrower.
    format: (_, { progress }, fields) => barLine(fields, progress, stream.columns || COLUMNS),
    hideCursor: true,
    clearOnComplete: true,
    stopOnComplete: false,
    linewrap: false,
    gracefulExit: false,
  })
  let started = false
  const takeDown = (): void => {
    if (started) bar.stop()
    started = false
  }
  return {
    show: (snapshot) => {
      const payload = fieldsOf(snapshot, now())
      if (!started) {
        bar.start(snapshot.rows ?? 1, 0, payload)
        started = true
      }
      bar.setTotal(Math.max(snapshot.rows ?? 1, 1))
      bar.update(snapshot.rows === undefined ? 0 : snapshot.rowsDone, payload)
    },
    note: (text) => {
      // While a bar stands, lines do not wrap, and its end goes back to the line where it began: over the sentence.
      takeDown()
      stream.write(`${fit(text, stream)}\n`)
    },
    close: takeDown,
  }
}

function lineScreen(stream: NodeJS.WriteStream, now: () => number): Screen {
  let shownAt = now()
  return {
    show: (snapshot) => {
      // What became of a job is said by who has watched it.
      if (now() - shownAt < LINE_EVERY_MS || hasEnded(snapshot)) return
      shownAt = now()
      const { state, done, failed, rate, left } = fieldsOf(snapshot, now())
      const isBegun = snapshot.madeForSeconds === undefined
      stream.write(
        isBegun
          ? `${state}: ${done} rows, ${failed} failed, ${rate} rows/s, ${left}\n`
          : `${left}\n`,
      )
    },
    note: (text) => stream.write(`${fit(text, stream)}\n`),
    close: () => {},
  }
}

/** Before its endpoint is made there is no job. */
const hasEnded = ({ state, madeForSeconds }: Snapshot): boolean =>
  madeForSeconds === undefined && isFinal(state as JobState)

function fieldsOf(snapshot: Snapshot, nowMs: number): BarFields {
  const { rows, rowsDone, rowsFailed, rowsPerSecond } = snapshot
  const total = rows === undefined ? '' : ` of ${count.format(rows)}`
  const atMost = (figure: number): string =>
    `${rows === undefined && figure > 0 ? 'up to ' : ''}${count.format(figure)}`
  return {
    state: snapshot.state,
    done: `${atMost(rowsDone)}${total}`,
    failed: count.format(rowsFailed),
    rate: atMost(rowsPerSecond),
    left: timeLeft(snapshot, nowMs),
  }
}

function timeLeft(snapshot: Snapshot, nowMs: number): string {
  const { state, rows, rowsDone, rowsPerSecond, isTried, isAway, madeForSeconds } = snapshot
  if (madeForSeconds !== undefined) return `making the endpoint, for ${duration(madeForSeconds)}`
  // Narrow bars show no state; and what the rate was says nothing now.
  if (state === 'paused') return 'until it is resumed'
  if (isTried === true || isAway === true) return 'waiting for the endpoint'
  if (rows === undefined || rowsPerSecond <= 0) return 'time left unknown'
  const left = (rows - rowsDone) / rowsPerSecond
  const isLate = nowMs / 1_000 + left > (snapshot.deadline ?? Number.POSITIVE_INFINITY)
  return `${duration(left)} left${isLate ? ', late' : ''}`
}

/** `42 s`, `3 min 05 s`, `2 h 10 min`. */
export function duration(seconds: number): string {
  const whole = Math.ceil(seconds)
  if (whole < 60) return `${whole} s`
  const minutes = Math.floor(whole / 60)
  if (minutes < 60) return `${minutes} min ${String(whole % 60).padStart(2, '0')} s`
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`
}
