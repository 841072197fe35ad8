import { pino, type DestinationStream, type Logger, stdTimeFunctions } from 'pino'
import { maskFacts } from './mask-facts.ts'
import { serializeError } from './serialize-error.ts'
import { textLines } from './text-lines.ts'

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

/**
 * The logger of an app. Messages are constants and facts are fields: `logger.info({ jobId, batch },
 * 'batch recorded')`. An error goes into the field `error`. Lines are written synchronously, so the
 * last one before an exit is not lost.
 */
export function createLogger(options: {
  readonly app: string
  readonly level: LogLevel
  /** `json` for machines, which is the default; `text` is one short line for people. */
  readonly format?: 'json' | 'text'
  /** Default: standard output. */
  readonly destination?: DestinationStream
}): Logger {
  const { app, level, format = 'json' } = options
  const destination = options.destination ?? pino.destination({ fd: 1, sync: true })
  return pino(
    {
      level,
      base: { app },
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }), log: maskFacts },
      serializers: {
        error: (error) => serializeError(error),
        err: (error) => serializeError(error),
      },
    },
    format === 'text' ? textLines(destination) : destination,
  )
}
