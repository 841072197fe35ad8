import { createHash } from 'node:crypto'
import type { StoredObject } from '@millrace/testing'
import type { KnownJob } from '../known-job.ts'
import type { Notes } from '../notes.ts'
import { HOLD_UPS, type Rules } from './rules.ts'
import type { Truth } from './truth.ts'

/** Holds each file of a result to what the ledger says, as it becomes visible. */
export function watchResults(
  truth: Truth,
  jobs: ReadonlyMap<string, KnownJob>,
  { check, checking }: Rules,
  notes: Notes,
): (place: string, object: StoredObject) => void {
  /** Who writes a result now, of a job and its retries; several may, once one of them was held up. */
  function writersOf(token: string): KnownJob[] {
    const line = [...jobs.values()].filter(({ plan }) => plan.token === token)
    const writing = line.filter(({ jobId }) => truth.stateOf(jobId) === 'aggregating')
    // One that was cancelled meanwhile may still be at it.
    return writing.length === 0 || HOLD_UPS.some((kind) => notes.faults.has(kind)) ? line : writing
  }

  async function checkResult(token: string, text: string): Promise<void> {
    const results = await Promise.all(writersOf(token).map((job) => truth.resultOf(job)))
    const wanted = results.filter((each) => each !== undefined)
    if (wanted.length === 0) {
      return check('accounting', false, 'a result of a job without a pin')
    }
    const what = `result of ${token}: ${difference(wanted.at(-1) ?? '', text)}`
    check('accounting', wanted.includes(text), what)
  }

  function checkManifest(job: KnownJob, text: string): void {
    const { rows, outputs } = JSON.parse(text) as {
      rows: { total: number; predicted: number; failed: number }
      outputs: { uri: string; sha256: string }[]
    }
    const sum = rows.predicted + rows.failed
    const balances = rows.total === job.plan.rows && sum === rows.total
    check('accounting', balances, `manifest: ${JSON.stringify(rows)} of ${job.plan.rows}`)
    for (const { uri, sha256 } of outputs) {
      if (writersOf(job.token).length > 1) continue
      const bytes = truth.cloud.store.object(uri.slice('s3://'.length))?.bytes
      const is = bytes && createHash('sha256').update(bytes).digest('hex')
      check('the manifest vouches for its outputs', is === sha256, `${uri}: ${is}`)
    }
  }

  return (place, { bytes }) => {
    const [, folder, name = ''] = place.split('/')
    if (folder !== 'results') return
    const job = jobs.get(name.split('.')[0] ?? '')
    if (job === undefined) return check('names', false, `a result at ${place}`)
    notes.add('store', `${place} is there, ${bytes.length} bytes`)
    if (name.endsWith('.manifest.json')) checkManifest(job, bytes.toString())
    else if (name === `${job.token}.csv`) checking(checkResult(job.token, bytes.toString()))
  }
}

function difference(wanted: string, got: string): string {
  const [want, have] = [wanted.split('\n'), got.split('\n')]
  const at = want.findIndex((line, index) => line !== have[index])
  const lines = `line ${at}: wanted ${want[at]}, got ${have[at]}`
  return `${want.length} lines wanted, ${have.length} there; ${lines}`
}
