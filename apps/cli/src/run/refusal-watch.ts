import { join } from 'node:path'
import type { JobId } from '@millrace/job'
import type { DeadLetter } from '@millrace/queue'
import { CliError } from '../cli-error.ts'
import { EXIT } from '../exit-code.ts'
import type { System } from '../system/system.ts'
import { createRefusalSearch } from '../refusal/find-refusal.ts'

/** The producer will make no such job. */
export interface Refused {
  readonly kind: 'refused'
  /** For whoever asked for the job. */
  readonly told: CliError
}

export interface RefusalWatch {
  /** Called while there is no job. @throws {CliError} when the request was set aside. */
  readonly look: (signal: AbortSignal) => Promise<void>
  /** Called while it is planned, and perhaps scored: so this is never `refused`. @throws as `look` does. */
  readonly lookAtPlanning: (signal: AbortSignal) => Promise<void>
  /** What it has thrown, when the producer itself has refused the request. */
  readonly refused: Refused | undefined
}

/** The queues are this process's own and somebody waits, but a producer that just starts is no refusal. */
const LOOK_EVERY_MS = 1_000

/**
 * Watches for the request of a run in the dead-letter queue: nobody else would ever look there, since it
 * ends with the run.
 *
 * @param logs the folder of the producer's log.
 */
export function createRefusalWatch(system: System, jobId: JobId, logs: string): RefusalWatch {
  const find = createRefusalSearch(jobId, Date.now())
  let lookAtMs = performance.now() + LOOK_EVERY_MS
  let refused: Refused | undefined

  async function findLetter(signal: AbortSignal): Promise<DeadLetter | undefined> {
    if (performance.now() < lookAtMs) return undefined
    const letter = await find(system, signal)
    lookAtMs = performance.now() + LOOK_EVERY_MS
    return letter
  }
  const told = (what: string, { code, reason }: DeadLetter): CliError =>
    new CliError(`the producer ${what}: ${reason} (${code})`, {
      ...(isUnknown(code) ? { hint: `see ${join(logs, 'producer.log')}` } : {}),
      exitCode: EXIT.failed,
    })

  return {
    get refused() {
      return refused
    },
    async look(signal) {
      const letter = await findLetter(signal)
      if (letter === undefined) return
      const error = told('made no job of it', letter)
      if (!isUnknown(letter.code)) refused = { kind: 'refused', told: error }
      throw error
    },
    async lookAtPlanning(signal) {
      const letter = await findLetter(signal)
      if (letter !== undefined) throw told('plans it no further', letter)
    },
  }
}

/** Why each attempt has failed stands in the log only. */
const isUnknown = (code: string): boolean => code === 'attempts_exhausted'
