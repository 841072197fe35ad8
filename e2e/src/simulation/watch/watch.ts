import type { SimulatedCloud, Watcher } from '../cloud.ts'
import { batchesOf } from '../dataset.ts'
import type { EndpointModel } from '../endpoint.ts'
import type { Exports } from '../exports.ts'
import type { KnownJob } from '../known-job.ts'
import type { Notes } from '../notes.ts'
import { checkExport } from './finished-export.ts'
import { checkFinished } from './finished-job.ts'
import { checkCalm, checkLogs } from './finished-run.ts'
import { createRules } from './rules.ts'
import { createTruth } from './truth.ts'
import type { InvocationsWatch } from './watch-invocations.ts'
import { watchQueues } from './watch-queues.ts'
import { watchResults } from './watch-results.ts'
import { watchTable } from './watch-table.ts'

export interface Watch extends Watcher {
  /** Looks at everything once more, when the run is over. */
  finish(seen: EndpointModel['seen'], calm: boolean): Promise<void>
  /** Holds the export of a job to how it has ended. */
  checkExport(job: KnownJob, outcome: ReturnType<Exports['outcomeOf']>): Promise<void>
  /** The codes for which rows of a job have failed, by the parts that count. */
  codesOf(job: KnownJob): Promise<readonly string[]>
}

/** Holds every change to what must always be; see `ARCHITECTURE.md`, "What always holds". */
export function createWatch(
  cloud: () => SimulatedCloud,
  jobs: ReadonlyMap<string, KnownJob>,
  notes: Notes,
  invocations: InvocationsWatch,
): Watch {
  const rules = createRules(notes)
  const open = () => {
    const truth = createTruth(cloud(), jobs)
    const table = watchTable(truth, rules, invocations)
    return {
      truth,
      wrote: table.wrote,
      results: watchResults(truth, jobs, rules, notes),
      queues: watchQueues(truth, table, rules, notes),
    }
  }
  // The cloud tells the watch what changes, and so is made after it.
  let opened: ReturnType<typeof open> | undefined
  const watch = () => (opened ??= open())

  return {
    wrote: (write, writer) => watch().wrote(write, writer),
    put: (place, object) => watch().results.put(place, object),
    sent: (queue, body) => watch().queues.sent(queue, body),
    deleted: (queue, message) => watch().queues.deleted(queue, message),
    failed: (error) => notes.violation('readable', String(error)),
    checkExport: (job, outcome) => checkExport(watch().truth, rules, job, outcome),
    async codesOf(job) {
      const codes = new Set<string>()
      for (const batch of batchesOf(job.plan).keys()) {
        const part = await watch().truth.partOf(job, batch)
        for (const { code } of part?.failures ?? []) codes.add(code)
      }
      return [...codes]
    },
    async finish(seen, calm) {
      const { stateOf } = watch().truth
      const ends = [...jobs.values()].map(({ jobId }) => [jobId, stateOf(jobId)] as const)
      checkLogs(notes, new Map(ends), calm)
      if (calm) checkCalm(notes, cloud())
      for (const job of jobs.values()) {
        await checkFinished(watch().truth, rules, notes, job, seen)
      }
      watch().results.finish()
    },
  }
}
