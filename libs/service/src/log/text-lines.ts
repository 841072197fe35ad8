import type { DestinationStream } from 'pino'

/** Turns each JSON line of the logger into a line for people: `12:00:01 INFO  batch recorded batch=7`. */
export function textLines(to: DestinationStream): DestinationStream {
  return { write: (line) => to.write(`${textOf(line)}\n`) }
}

interface LogLine {
  readonly time: string
  readonly level: string
  readonly msg?: string
  readonly [fact: string]: unknown
}

function textOf(line: string): string {
  const { time, level, msg, app: _, ...facts } = JSON.parse(line) as LogLine
  const at = time.slice(11, 19)
  const pairs = Object.entries(facts).map(([name, value]) => `${name}=${shown(value)}`)
  return [at, level.toUpperCase().padEnd(5), msg ?? '', ...pairs].join(' ')
}

function shown(value: unknown): string {
  if (typeof value === 'string') return /\s/.test(value) ? JSON.stringify(value) : value
  const error = value as { name: string; message?: unknown } | null
  if (typeof error?.message === 'string') return JSON.stringify(`${error.name}: ${error.message}`)
  return JSON.stringify(value)
}
