import { createHash } from 'node:crypto'
import { BUCKET } from '../cloud.ts'
import type { StoredObject } from '@millrace/testing'
import type { KnownJob } from '../known-job.ts'
import type { Notes } from '../notes.ts'
import type { Rules } from './rules.ts'
import type { Truth } from './truth.ts'

export interface ResultsWatch {
  /** Holds each file of a result to what the ledger says, as it becomes visible. */
  put(place: string, object: StoredObject): void
  /** Holds what lies there to whoever has written there last, when the run is over. */
  finish(): void
}

/** What a manifest says, as far as it is held to it. */
interface Manifest {
  readonly jobId: string
  readonly exportId?: string
  readonly rows: { readonly total: number; readonly predicted: number; readonly failed: number }
  readonly outputs: readonly { readonly uri: string; readonly sha256: string }[]
}

/**
 * A job and its retries write into the same place, one after the other: only who aggregates may write, and a
 * write of one before that arrives late finds that it is too late.
 */
export function watchResults(
  truth: Truth,
  jobs: ReadonlyMap<string, KnownJob>,
  { check, checking }: Rules,
  notes: Notes,
): ResultsWatch {
  /** By the job that its retries stand on: the newest of them that has written there. */
  const writers = new Map<string, KnownJob>()

  /** Those that share a place, the oldest first. */
  const lineOf = (token: string): KnownJob[] =>
    [...jobs.values()].filter(({ plan }) => plan.token === token)
  const stateOf = ({ jobId }: KnownJob): string | undefined => truth.stateOf(jobId)

  /** Notes who has written, which is never one before who has written last. */
  function wrote(token: string, writer: KnownJob, what: string): void {
    const line = lineOf(token)
    const last = writers.get(token)
    const isBack = last !== undefined && line.indexOf(writer) < line.indexOf(last)
    check('a result never goes back', !isBack, `${what} of ${writer.token} after ${last?.token}`)
    writers.set(token, writer)
  }

  async function checkResult(token: string, text: string): Promise<void> {
    // One that was cancelled meanwhile may still be at it.
    const may = lineOf(token).filter((job) => hasAggregated(stateOf(job)))
    const results = await Promise.all(may.map((job) => truth.resultOf(job)))
    const wanted = results.findLast((each) => each !== undefined)
    const what = wanted === undefined ? 'without a pin' : difference(wanted, text)
    check('accounting', results.includes(text), `result of ${token}: ${what}`)
    // A retry that changes nothing writes the same.
    const could = may.filter((_, index) => results[index] === text)
    const isLater = (job: KnownJob) => may.indexOf(job) >= may.indexOf(writers.get(token) ?? job)
    const aggregating = could.find((job) => stateOf(job) === 'aggregating')
    const writer = aggregating ?? could.find(isLater) ?? could.at(-1)
    if (writer !== undefined) wrote(token, writer, 'a result')
  }

  function checkManifest(rows: number, manifest: Manifest): void {
    const sum = manifest.rows.predicted + manifest.rows.failed
    const balances = manifest.rows.total === rows && sum === manifest.rows.total
    check('accounting', balances, `manifest: ${JSON.stringify(manifest.rows)} of ${rows}`)
    const writer = truth.knownOf(manifest.jobId)
    if (writer === undefined) return check('names', false, `a manifest of ${manifest.jobId}`)
    // Of a job that was cancelled meanwhile a retry may have replaced the other files already.
    if (manifest.exportId !== undefined || stateOf(writer) === 'aggregating') checkOutputs(manifest)
    if (manifest.exportId === undefined) wrote(writer.plan.token, writer, 'a manifest')
  }

  function checkOutputs({ outputs }: Manifest): void {
    for (const { uri, sha256 } of outputs) {
      const bytes = truth.cloud.store.object(uri.slice('s3://'.length))?.bytes
      const is = bytes && createHash('sha256').update(bytes).digest('hex')
      check('the manifest vouches for its outputs', is === sha256, `${uri}: ${is}`)
    }
  }

  /** What a job that succeeded has left stays, until a retry of it writes there. */
  function checkStanding(token: string): void {
    const writer = writers.get(token)
    if (writer === undefined || stateOf(writer)?.startsWith('succeeded') !== true) return
    const line = lineOf(token)
    const later = line.slice(line.indexOf(writer) + 1)
    if (later.some((job) => hasAggregated(stateOf(job)))) return
    const there = truth.cloud.store.object(`${BUCKET}/results/${token}.manifest.json`)
    const manifest = JSON.parse(String(there?.bytes ?? '{}')) as Partial<Manifest>
    const isItsOwn = manifest.jobId === writer.jobId
    check('the newest result lies there', isItsOwn, `${writer.token}: ${manifest.jobId}`)
    if (isItsOwn) checkOutputs(manifest as Manifest)
  }

  return {
    put(place, { bytes }) {
      const [, folder, name = ''] = place.split('/')
      if (folder !== 'results') return
      const job = jobs.get(name.split('.')[0] ?? '')
      if (job === undefined) return check('names', false, `a result at ${place}`)
      notes.add('store', `${place} is there, ${bytes.length} bytes`)
      if (name.endsWith('.manifest.json')) checkManifest(job.plan.rows, JSON.parse(String(bytes)))
      else if (name === `${job.token}.csv`) checking(checkResult(job.token, String(bytes)))
      checkStanding(job.token)
    },
    finish() {
      for (const { token, plan } of jobs.values()) if (token === plan.token) checkStanding(token)
    },
  }
}

const hasAggregated = (state: string | undefined): boolean =>
  ['aggregating', 'succeeded', 'succeeded_with_failures', 'failed', 'cancelled'].includes(
    state ?? '',
  )

function difference(wanted: string, got: string): string {
  const [want, have] = [wanted.split('\n'), got.split('\n')]
  const at = want.findIndex((line, index) => line !== have[index])
  const lines = `line ${at}: wanted ${want[at]}, got ${have[at]}`
  return `${want.length} lines wanted, ${have.length} there; ${lines}`
}
