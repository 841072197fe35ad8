import { join } from 'node:path'
import type { JobId } from '@millrace/job'
import { CliError } from '../cli-error.ts'
import { EXIT } from '../exit-code.ts'
import type { System } from '../system/system.ts'
import { createRefusalSearch } from '../watch/find-refusal.ts'

/** The producer will make no such job, or plan it no further. */
export interface Refused {
  readonly kind: 'refused'
  /** For whoever asked for the job. */
  readonly told: CliError
}

export interface RefusalWatch {
  /** Called while there is no job, or no plan of it. @throws {CliError} when the request was set aside. */
  readonly look: (signal: AbortSignal) => Promise<void>
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
  return {
    get refused() {
      return refused
    },
    async look(signal) {
      if (performance.now() < lookAtMs) return
      const letter = await find(system, signal)
      lookAtMs = performance.now() + LOOK_EVERY_MS
      if (letter === undefined) return
      const { code, reason } = letter
      // Why each attempt has failed stands in the log only.
      const unknown = code === 'attempts_exhausted'
      const told = new CliError(`the producer made no job of it: ${reason} (${code})`, {
        ...(unknown ? { hint: `see ${join(logs, 'producer.log')}` } : {}),
        exitCode: EXIT.failed,
      })
      if (!unknown) refused = { kind: 'refused', told }
      throw told
    },
  }
}
