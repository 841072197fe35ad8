import { createHash } from 'node:crypto'
import {
  type BatchMessage,
  decodeBatchMessage,
  decodeJobRequest,
  isFinal,
  type JobId,
  jobIdOf,
  type JobState,
  readPinnedDataset,
  statesBefore,
} from '@millrace/job'
import { type Ledger, type Part, readJob, readPart } from '@millrace/ledger'
import { createS3Backend, createStorage, jobDocuments, type Storage } from '@millrace/storage'
import {
  atOnce,
  type StoredMessage,
  storeClient,
  tableClient,
  type TableWrite,
} from '@millrace/testing'
import { BUCKET, type QueueName, type SimulatedCloud, TABLE, type Watcher } from './cloud.ts'
import { answerTo } from './dataset.ts'
import { expectedResult, wrongLineOf } from './expected-result.ts'
import { checkCalm, checkFailure, checkLogs } from './finished-run.ts'
import { isJunk } from './junk.ts'
import type { KnownJob } from './known-job.ts'
import type { Notes } from './notes.ts'
import { layersOf } from './retries.ts'

export interface Watch extends Watcher {
  /** Looks at everything once more, when the run is over. */
  finish(charged: ReadonlyMap<string, number>, calm: boolean): Promise<void>
  /** The codes for which rows of a job have failed, by the parts that count. */
  codesOf(job: KnownJob): Promise<readonly string[]>
}

/** What may hold an aggregator up beyond its lease, or a write of it on its way, while a retry goes on. */
const HOLD_UPS = ['freeze', 'freeze_one', 'freeze_aggregators', 'arrivesLate', 'requestLost']

const never = new AbortController().signal

/** Holds every change to what must always be; see `ARCHITECTURE.md`, "What always holds". */
export function createWatch(
  cloud: () => SimulatedCloud,
  jobs: ReadonlyMap<string, KnownJob>,
  notes: Notes,
): Watch {
  let access: { ledger: Ledger; storage: Storage } | undefined
  const direct = (): { ledger: Ledger; storage: Storage } =>
    (access ??= {
      ledger: { client: tableClient(cloud().table, atOnce), tableName: TABLE },
      storage: createStorage({ s3: createS3Backend(storeClient(cloud().store, atOnce), 'sdk') }),
    })
  const documentsOf = (jobId: JobId) =>
    jobDocuments(direct().storage, `s3://${BUCKET}/work/`, jobId)
  const check = (rule: string, holds: boolean, what: string): void => {
    if (!holds) notes.violation(rule, what)
  }

  // A pin never changes; that it does not is checked where the job's item is written.
  const pinned = new Map<JobId, readonly string[]>()
  /** The rows of the version that the job is pinned to; nothing while it is not pinned. */
  async function pinnedRows({ jobId, versions }: KnownJob): Promise<readonly string[] | undefined> {
    const known = pinned.get(jobId)
    if (known !== undefined) return known
    const job = await readJob(direct().ledger, jobId, never)
    if (job?.dataset === undefined) return undefined
    const { objects } = await readPinnedDataset(documentsOf(jobId), job.dataset, never)
    const rows = versions.get(objects[0]?.version ?? '')
    if (rows !== undefined) pinned.set(jobId, rows)
    return rows
  }
  // Whoever writes an item again puts a new one in its place, so that each is read once.
  const parts = new WeakMap<object, Part>()
  /** The part that counts: the job's own, or that of the newest job below. */
  async function partOf(job: KnownJob, batch: number): Promise<Part | undefined> {
    const { jobId, below } = job
    const item = partItem(jobId, batch)
    if (item === undefined) return below && (await partOf(below, batch))
    const known = parts.get(item)
    if (known !== undefined) return known
    const place = { jobId, partitions: partitionsOf(jobId) }
    const part = await readPart(direct().ledger, place, batch, documentsOf(jobId), never)
    if (part !== undefined) parts.set(item, part)
    return part
  }
  async function failedRowsOf(job: KnownJob): Promise<Set<number>> {
    const failed = new Set<number>()
    for (let batch = 0; batch * job.plan.batchRows < job.plan.rows; batch += 1) {
      const part = await partOf(job, batch)
      for (const { row } of part?.failures ?? []) failed.add(row)
    }
    return failed
  }

  async function checkPart(job: KnownJob, batch: number): Promise<void> {
    const [part, rows] = [await partOf(job, batch), await pinnedRows(job)]
    if (part === undefined || rows === undefined) {
      notes.violation('a part holds what its rows are', `batch ${batch}: no part or no pin`)
      return
    }
    check('the plan is fixed', part.rows.start === batch * job.plan.batchRows, `batch ${batch}`)
    const wrong = wrongLineOf(part, rows)
    check('a part holds what its rows are', wrong === undefined, wrong ?? '')
  }

  /** Jobs that have been paused once. */
  const paused = new Set<string>()
  function checkJobItem({ old, item }: TableWrite): void {
    if (old === undefined || item === undefined) return
    const [from, to] = [old['state']?.S, item['state']?.S] as [JobState, JobState]
    if (to === 'paused') paused.add(item['jobId']?.S ?? '')
    check('states', from === to || statesBefore(to).includes(from), `${from} to ${to}`)
    const judged = from !== to && item['failure']?.M?.['code']?.S === 'preflight_failed'
    const isPlanned = old['plan'] !== undefined
    check('a preflight is before the plan', !judged || !isPlanned, `${from} to ${to}`)
    check('what has ended stays as it is', !isFinal(from) || from === to, `${from} to ${to}`)
    const fixed = ['spec', 'dataset', 'plan', 'partitions', 'createdAt', 'retryOf', 'retriedBy']
    for (const name of fixed) {
      const [was, is] = [old[name], item[name]].map((value) => JSON.stringify(value))
      check('first writer wins', was === undefined || was === is, `${name} of a job was changed`)
    }
    const [before, after] = [old, item].map(({ generation }) => Number(generation?.N ?? 0))
    check('generations', after !== undefined && after >= (before ?? 0), `${before} to ${after}`)
  }

  function checkProgress(job: KnownJob, { key, old, item }: TableWrite): void {
    const [level = '', at = ''] = key.slice(key.indexOf(' ') + 1).split('#')
    const [before, done] = [new Set(old?.['done']?.NS), new Set(item?.['done']?.NS)]
    check(
      'progress only grows',
      [...before].every((element) => done.has(element)),
      key,
    )
    const told = new Set(old?.['failed']?.SS)
    for (const mark of item?.['failed']?.SS ?? []) {
      if (told.has(mark)) continue
      const [batch = '', rows = ''] = mark.split(':')
      checking(checkFailedRows(job, Number(batch), Number(rows)))
    }
    for (const element of done) {
      if (before.has(element)) continue
      const SK = `${Number(level) - 1}#${element.padStart(10, '0')}`
      const promised =
        level === '0'
          ? hasPart(job, Number(element))
          : cloud().table.item(`JOB#${job.jobId}#PROGRESS`, SK) !== undefined
      check('a mark promises a part', promised, `level ${level}, item ${at}, element ${element}`)
    }
  }

  /** What is planned is not set aside, whatever else is sent. */
  function checkRejection({ item }: TableWrite): void {
    const evidence = item?.['evidence']?.S ?? ''
    check('a planned batch is not rejected', isJunk(decodeBatchMessage(evidence)), evidence)
  }

  async function checkFailedRows(job: KnownJob, batch: number, rows: number): Promise<void> {
    const failed = (await partOf(job, batch))?.failures.length
    check(
      'a mark tells its part',
      failed === rows,
      `batch ${batch}: ${rows}, the part has ${failed}`,
    )
  }

  async function resultOf(job: KnownJob): Promise<string | undefined> {
    const rows = await pinnedRows(job)
    return rows && expectedResult(job.plan, rows, await failedRowsOf(job))
  }
  /** Who writes a result now, of a job and its retries; several may, once one of them was held up. */
  function writersOf(token: string): KnownJob[] {
    const line = [...jobs.values()].filter(({ plan }) => plan.token === token)
    const writing = line.filter(({ jobId }) => stateOf(jobId) === 'aggregating')
    // One that was cancelled meanwhile may still be at it.
    return writing.length === 0 || HOLD_UPS.some((kind) => notes.faults.has(kind)) ? line : writing
  }
  async function checkResult(token: string, text: string): Promise<void> {
    const writers = writersOf(token)
    const wanted = (await Promise.all(writers.map(resultOf))).filter((each) => each !== undefined)
    if (wanted.length === 0) {
      return notes.violation('accounting', 'a result of a job without a pin')
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
      const bytes = cloud().store.object(uri.slice('s3://'.length))?.bytes
      const is = bytes && createHash('sha256').update(bytes).digest('hex')
      check('the manifest vouches for its outputs', is === sha256, `${uri}: ${is}`)
    }
  }

  const stateOf = (jobId: JobId): JobState | undefined => cloud().stateOf(jobId)
  const knownOf = (jobId: string): KnownJob | undefined =>
    [...jobs.values()].find((job) => job.jobId === jobId)
  const checking = (work: Promise<void>): void =>
    void work.catch((error: unknown) => notes.violation('readable', String(error)))

  return {
    wrote(write) {
      const [, jobId = '', kind = 'META'] = write.key.split(/[# ]/)
      const job = knownOf(jobId)
      if (job === undefined) return
      if (kind === 'META') checkJobItem(write)
      if (kind === 'PROGRESS') checkProgress(job, write)
      if (kind === 'FAILURE') checkRejection(write)
      if (kind !== 'PART') return
      check('first writer wins', write.old === undefined, `${write.key} was written again`)
      checking(checkPart(job, Number(write.key.slice(write.key.indexOf(' ') + 1))))
    },
    put(place, { bytes }) {
      const [, folder, name = ''] = place.split('/')
      if (folder !== 'results') return
      const job = jobs.get(name.split('.')[0] ?? '')
      if (job === undefined) return notes.violation('names', `a result at ${place}`)
      notes.add('store', `${place} is there, ${bytes.length} bytes`)
      if (name.endsWith('.manifest.json')) checkManifest(job, bytes.toString())
      else if (name === `${job.token}.csv`) checking(checkResult(job.token, bytes.toString()))
    },
    deleted(queue, message) {
      if (queue === 'completions') return
      if (copiesOf(message, queue) > 1) return
      const why = queue === 'batches' ? notRecorded(message) : notPlanned(requestedBy(message))
      check('record before delete', why === undefined, `${queue}: ${why}`)
    },
    failed: (error) => notes.violation('readable', String(error)),
    async codesOf(job) {
      const codes = new Set<string>()
      for (let batch = 0; batch * job.plan.batchRows < job.plan.rows; batch += 1) {
        for (const { code } of (await partOf(job, batch))?.failures ?? []) codes.add(code)
      }
      return [...codes]
    },
    async finish(charged, calm) {
      checkLogs(notes)
      if (calm) checkCalm(notes)
      for (const job of jobs.values()) await finishJob(job, charged)
    },
  }

  function copiesOf({ body }: StoredMessage, queue: QueueName): number {
    let copies = 0
    for (const name of [queue, `${queue}-dlq`] as const) {
      for (const message of cloud().queue(name).messages) if (message.body === body) copies += 1
    }
    return copies
  }

  /** Why a batch message may not be deleted yet. */
  function notRecorded(message: StoredMessage): string | undefined {
    const { jobId, batch } = batchOf(message) ?? {}
    if (jobId === undefined || batch === undefined) return 'it cannot be read and is not kept'
    const meta = cloud().table.item(`JOB#${jobId}`, 'META')
    const state = meta?.['state']?.S as JobState
    // A paused job's messages are let go of: whoever resumes it has it published again.
    if (state === 'aggregating' || state === 'paused' || isFinal(state)) return undefined
    // Its delete may arrive just after the resume; the request for the job is not let go of before the
    // batch is published again, as `notPlanned` holds.
    if (paused.has(jobId) && isAskedFor(jobId)) return undefined
    if (!hasPart(knownOf(jobId) ?? { jobId }, batch)) return `batch ${batch} has no part`
    const item = String(Math.floor(batch / 128)).padStart(10, '0')
    const marks = cloud().table.item(`JOB#${jobId}#PROGRESS`, `0#${item}`)?.['done']?.NS
    return marks?.includes(String(batch)) === true ? undefined : `batch ${batch} has no mark`
  }

  function isAskedFor(jobId: JobId): boolean {
    return [...cloud().queue('jobs').messages].some((message) => requestedBy(message) === jobId)
  }

  /** Why a job request may not be deleted yet. */
  function notPlanned(jobId: JobId): string | undefined {
    const job = knownOf(jobId) ?? { jobId }
    const meta = cloud().table.item(`JOB#${jobId}`, 'META')
    const state = meta?.['state']?.S as JobState
    if (state === 'paused' || isFinal(state)) return undefined
    const batches = meta?.['plan']?.M?.['batches']?.N
    if (batches === undefined) return `job ${jobId} is not planned`
    if (notes.faults.has('purge_batches')) return undefined
    const queued = new Set<number>()
    for (const name of ['batches', 'batches-dlq'] as const) {
      for (const message of cloud().queue(name).messages) {
        const batch = batchOf(message)
        if (batch?.jobId === jobId) queued.add(batch.batch)
      }
    }
    for (let batch = 0; batch < Number(batches); batch += 1) {
      if (!queued.has(batch) && !hasPart(job, batch)) return `batch ${batch} was never published`
    }
    return undefined
  }

  function hasPart({ jobId, below }: Pick<KnownJob, 'jobId' | 'below'>, batch: number): boolean {
    if (below !== undefined && hasPart(below, batch)) return true
    return partItem(jobId, batch) !== undefined
  }

  function partItem(jobId: JobId, batch: number): object | undefined {
    const PK = `JOB#${jobId}#PART#${batch % partitionsOf(jobId)}`
    return cloud().table.item(PK, String(batch).padStart(10, '0'))
  }

  function partitionsOf(jobId: JobId): number {
    return Number(cloud().table.item(`JOB#${jobId}`, 'META')?.['partitions']?.N)
  }

  /** A row that a retry is about was invoked by it: the batch has a part of its own. */
  async function checkMended(job: KnownJob): Promise<void> {
    const { below, reasons, plan } = job
    if (below === undefined) return
    for (let batch = 0; batch * plan.batchRows < plan.rows; batch += 1) {
      const failures = (await partOf(below, batch))?.failures ?? []
      if (!failures.some(({ code }) => reasons?.includes(code) ?? true)) continue
      const isOwn = (await partOf(job, batch))?.jobId === job.jobId
      check('a retry mends what failed', isOwn, `batch ${batch} of ${job.token}`)
    }
  }

  async function finishJob(job: KnownJob, charged: ReadonlyMap<string, number>): Promise<void> {
    const { token } = job.plan
    const isNewest = ![...jobs.values()].some(
      ({ below, jobId }) => below === job && stateOf(jobId)?.startsWith('succeeded'),
    )
    const meta = await readJob(direct().ledger, job.jobId, never)
    if (meta?.state === 'failed') checkFailure(notes, job, meta.failure?.code ?? '')
    if (meta?.state !== 'succeeded' && meta?.state !== 'succeeded_with_failures') return
    const rows = (await pinnedRows(job)) ?? []
    const failed = await failedRowsOf(job)
    const wanted = failed.size === 0 ? 'succeeded' : 'succeeded_with_failures'
    check('accounting', meta.state === wanted, `${meta.state} with ${failed.size} failed rows`)
    for (const name of [`${token}.csv`, `${token}.manifest.json`]) {
      const there = cloud().store.object(`${BUCKET}/results/${name}`) !== undefined
      check('a job that succeeded has its result', there, name)
    }
    await checkMended(job)
    const text = cloud().store.object(`${BUCKET}/results/${token}.csv`)?.bytes.toString()
    if (isNewest && ![...HOLD_UPS, 'cancel'].some((kind) => notes.faults.has(kind))) {
      check('the newest result lies there', text === (await resultOf(job)), job.token)
    }
    for (const row of failed) {
      if (answerTo(rows[row] ?? '').kind !== 'predicted') continue
      const batch = Math.floor(row / job.plan.batchRows)
      const why = (await partOf(job, batch))?.failures.find((failure) => failure.row === row)
      const guilty = layersOf(job).some((jobId) => charged.has(`${jobId}-${batch}`))
      check('healthy rows do not fail', guilty, `row ${row} of batch ${batch}: ${why?.code}`)
    }
  }
}

const requests = new WeakMap<StoredMessage, JobId>()

/** The job that a request is for, read once. */
function requestedBy(message: StoredMessage): JobId {
  const known = requests.get(message)
  if (known !== undefined) return known
  const jobId = jobIdOf(decodeJobRequest(message.body).clientToken)
  requests.set(message, jobId)
  return jobId
}

const batches = new WeakMap<StoredMessage, BatchMessage | undefined>()

/** What a message says, read once; nothing when it says nothing. */
function batchOf(message: StoredMessage): BatchMessage | undefined {
  if (!batches.has(message)) batches.set(message, readBatch(message.body))
  return batches.get(message)
}

function readBatch(body: string): BatchMessage | undefined {
  try {
    return decodeBatchMessage(body)
  } catch {
    return undefined
  }
}

function difference(wanted: string, got: string): string {
  const [want, have] = [wanted.split('\n'), got.split('\n')]
  const at = want.findIndex((line, index) => line !== have[index])
  const lines = `line ${at}: wanted ${want[at]}, got ${have[at]}`
  return `${want.length} lines wanted, ${have.length} there; ${lines}`
}
