import { decodeBatchMessage, isFinal, type JobState, statesBefore } from '@millrace/job'
import type { TableWrite } from '@millrace/testing'
import { isJunk } from '../junk.ts'
import { batchesOf } from '../dataset.ts'
import type { KnownJob } from '../known-job.ts'
import { wrongLineOf } from './expected-result.ts'
import type { Rules } from './rules.ts'
import type { Truth } from './truth.ts'
import type { InvocationsWatch } from './watch-invocations.ts'

type Item = NonNullable<TableWrite['item']>

export interface TableWatch {
  wrote(write: TableWrite, writer: string | undefined): void
  /** True for a job that has been paused once. */
  wasPaused(jobId: string): boolean
}

/** Holds each write of an item to what may become of it. */
export function watchTable(
  truth: Truth,
  { check, checking }: Rules,
  { adjusted }: Pick<InvocationsWatch, 'adjusted'>,
): TableWatch {
  const paused = new Set<string>()

  function checkJob({ old, item }: TableWrite, writer: string | undefined): void {
    if (old === undefined || item === undefined) return
    const [from, to] = [old['state']?.S, item['state']?.S] as [JobState, JobState]
    if (to === 'paused') paused.add(item['jobId']?.S ?? '')
    check('states', from === to || statesBefore(to).includes(from), `${from} to ${to}`)
    const { N: concurrencyMax } = item['concurrencyMax'] ?? {}
    if (concurrencyMax !== undefined) adjusted(item['jobId']?.S ?? '', Number(concurrencyMax))
    const judged = from !== to && item['failure']?.M?.['code']?.S === 'preflight_failed'
    const isPlanned = old['plan'] !== undefined
    check('a preflight is before the plan', !judged || !isPlanned, `${from} to ${to}`)
    check('what has ended stays as it is', !isFinal(from) || from === to, `${from} to ${to}`)
    const fixed = ['spec', 'dataset', 'plan', 'partitions', 'createdAt', 'retryOf', 'retriedBy']
    for (const name of fixed) {
      const [was, is] = [old[name], item[name]].map((value) => JSON.stringify(value))
      check('first writer wins', was === undefined || was === is, `${name} of a job was changed`)
    }
    checkLease(old, item, writer)
  }

  /** Each claim is of a newer generation, and only who made the newest renews it or ends the job. */
  function checkLease(old: Item, item: Item, writer: string | undefined): void {
    const [before = 0, after = 0] = [old, item].map(({ generation }) => Number(generation?.N ?? 0))
    const isClaimed = old['leaseId']?.S !== item['leaseId']?.S
    check('generations', isClaimed ? after > before : after === before, `${before} to ${after}`)
    if (isClaimed || old['state']?.S !== 'aggregating') return
    const { N: until } = item['leaseExpiresAt'] ?? {}
    const to = item['state']?.S ?? ''
    const isRenewed = until !== old['leaseExpiresAt']?.N
    // Anybody may cancel it, and a consumer fail it: that too many rows have failed may be seen by its last batch.
    const isFailed = to === 'failed' && writer?.startsWith('consumer') === true
    const isEnded = isFinal(to as JobState) && to !== 'cancelled' && !isFailed
    if (!isRenewed && !isEnded) return
    const owner = item['leaseOwner']?.S
    const what = `${writer}, to ${isRenewed ? until : to}; ${owner} has it`
    check('only who holds the lease uses it', writer === owner, what)
  }

  async function checkPart(job: KnownJob, batch: number): Promise<void> {
    const [part, rows] = [await truth.partOf(job, batch), await truth.pinnedRows(job)]
    if (part === undefined || rows === undefined) {
      check('a part holds what its rows are', false, `batch ${batch}: no part or no pin`)
      return
    }
    const planned = batchesOf(job.plan)[batch]
    const isPlanned = part.rows.start === planned?.start && part.rows.end === planned.end
    check('the plan is fixed', isPlanned, `batch ${batch}`)
    const wrong = wrongLineOf(part, rows)
    check('a part holds what its rows are', wrong === undefined, wrong ?? '')
  }

  function checkProgress(job: KnownJob, { key, old, item }: TableWrite): void {
    const [level = '', at = ''] = key.slice(key.indexOf(' ') + 1).split('#')
    const [before, done] = [new Set(old?.['done']?.NS), new Set(item?.['done']?.NS)]
    const grows = [...before].every((element) => done.has(element))
    check('progress only grows', grows, key)
    const told = new Set(old?.['failed']?.SS)
    for (const mark of item?.['failed']?.SS ?? []) {
      if (told.has(mark)) continue
      const [batch = '', rows = ''] = mark.split(':')
      checking(checkFailedRows(job, Number(batch), Number(rows)))
    }
    for (const element of done) {
      if (before.has(element)) continue
      const promised = isThere(job, Number(level), element)
      check('a mark promises a part', promised, `level ${level}, item ${at}, element ${element}`)
    }
  }

  /** What an element of a level of the progress tree stands for. */
  function isThere(job: KnownJob, level: number, element: string): boolean {
    if (level === 0) return truth.hasPart(job, Number(element))
    const SK = `${level - 1}#${element.padStart(10, '0')}`
    return truth.cloud.table.item(`JOB#${job.jobId}#PROGRESS`, SK) !== undefined
  }

  async function checkFailedRows(job: KnownJob, batch: number, rows: number): Promise<void> {
    const failed = (await truth.partOf(job, batch))?.failures.length
    const what = `batch ${batch}: ${rows}, the part has ${failed}`
    check('a mark tells its part', failed === rows, what)
  }

  /** What is planned is not set aside, whatever else is sent. */
  function checkRejection({ item }: TableWrite): void {
    const evidence = item?.['evidence']?.S ?? ''
    check('a planned batch is not rejected', isJunk(decodeBatchMessage(evidence)), evidence)
  }

  return {
    wasPaused: (jobId) => paused.has(jobId),
    wrote(write, writer) {
      const [, jobId = '', kind = 'META'] = write.key.split(/[# ]/)
      const job = truth.knownOf(jobId)
      if (job === undefined) return
      if (kind === 'META') checkJob(write, writer)
      if (kind === 'PROGRESS') checkProgress(job, write)
      if (kind === 'FAILURE') checkRejection(write)
      if (kind !== 'PART') return
      check('first writer wins', write.old === undefined, `${write.key} was written again`)
      checking(checkPart(job, Number(write.key.slice(write.key.indexOf(' ') + 1))))
    },
  }
}
