import type { UpdateItemInput } from '@aws-sdk/client-dynamodb'
import { deadlineOf, isFinal, type Job, type JobId } from '@millrace/job'
import { call, isConditionFailed } from '../table/call.ts'
import { type Item, ItemReader } from '../table/item.ts'
import { jobOfItem, number } from './job-item.ts'
import { jobKey } from '../table/keys.ts'
import type { Ledger } from '../table/ledger.ts'
import { readJobItem } from './read-job.ts'
import { updateJob } from './update-job.ts'

/*
 * Each event of a job has one attribute: until when (epoch seconds) somebody is at telling it.
 *
 *     absent ──claim──▶ now + 60 s ──tell──▶ confirm: for ever
 *                           │  ▲
 *                           └──┘ claim again once that time has passed: the teller has died
 *
 * So an event is told once, unless its teller dies between telling and confirming: then twice. It is
 * never not told, as long as somebody asks.
 *
 * Where several want to hear and one of them does not take it, another attribute keeps who has taken it,
 * so that only the others are told again. Confirming removes it.
 */

/** That a job was `late` is what `at_risk` says, of one that has ended before anybody has told that. */
export type EventKind = 'started' | 'at_risk' | 'late' | 'ended'

export type ClaimEventOutcome =
  | ({ readonly kind: 'claimed' } & DueEvent)
  | { readonly kind: 'not_due' } // There is no such job, or it has not come so far.
  | { readonly kind: 'told' }
  | { readonly kind: 'held' } // Somebody is at it: ask again later.

/** What is to be told, and to whom not any more. */
export interface DueEvent {
  readonly job: Job
  readonly summary?: EventSummary
  /** The names of those who have taken it. */
  readonly takenBy: readonly string[]
}

/** What the aggregator has kept of a result, as far as it is told. */
export interface EventSummary {
  readonly rows: number
  readonly failedRows: number
  readonly manifestUri: string
}

const ATTRIBUTE = {
  started: 'startedEventHeldUntil',
  at_risk: 'atRiskEventHeldUntil',
  late: 'atRiskEventHeldUntil',
  ended: 'endedEventHeldUntil',
} as const
const TAKEN = {
  started: 'startedEventTakenBy',
  at_risk: 'atRiskEventTakenBy',
  late: 'atRiskEventTakenBy',
  ended: 'endedEventTakenBy',
} as const
/** What the ledger keeps of having told that a deadline is at risk. */
export const AT_RISK_TOLD = [ATTRIBUTE.at_risk, TAKEN.at_risk] as const
const HOLD_SECONDS = 60
/** The end of the year 9999. */
const FOR_EVER = 253_402_300_799

/** Claims the telling of an event that is due; `now` in epoch seconds. */
export async function claimEvent(
  ledger: Ledger,
  jobId: JobId,
  { kind, now }: { readonly kind: EventKind; readonly now: number },
  signal: AbortSignal,
): Promise<ClaimEventOutcome> {
  const item = await readJobItem(ledger, jobId, signal)
  if (item === undefined || !isDue(jobOfItem(item), kind)) return { kind: 'not_due' }
  const heldUntil = Number(item[ATTRIBUTE[kind]]?.N ?? 0)
  if (heldUntil === FOR_EVER) return { kind: 'told' }
  if (heldUntil > now) return { kind: 'held' }
  const hold = { from: heldUntil, until: now + HOLD_SECONDS }
  const claimed = await moveHold(ledger, jobId, kind, hold, signal)
  return claimed === undefined ? { kind: 'held' } : { kind: 'claimed', ...claimed }
}

/** Notes who has taken an event that another has not: they are in `takenBy` of the next claim. */
export async function noteTakers(
  ledger: Ledger,
  jobId: JobId,
  { kind, takers }: { readonly kind: EventKind; readonly takers: readonly string[] },
  signal: AbortSignal,
): Promise<void> {
  const note = {
    verb: 'note takers of event',
    update: `ADD ${TAKEN[kind]} :takers`,
    condition: `attribute_exists(${ATTRIBUTE[kind]})`,
    values: { ':takers': { SS: [...takers] } },
  }
  await updateJob(ledger, jobId, note, signal)
}

/** Says that an event was told, or that nobody wants to hear it. Then nobody looks for the job any more. */
export async function confirmEvent(
  ledger: Ledger,
  jobId: JobId,
  kind: EventKind,
  signal: AbortSignal,
): Promise<void> {
  await moveHold(ledger, jobId, kind, { until: FOR_EVER }, signal)
}

/** Whether a deadline is at risk, or was missed, who asks has seen; the one is while the job has not ended. */
function isDue(job: Job, kind: EventKind): boolean {
  if (kind === 'started') return job.startedAt !== undefined
  if (kind === 'at_risk') return deadlineOf(job) !== undefined && !isFinal(job.state)
  if (kind === 'late') return deadlineOf(job) !== undefined && isFinal(job.state)
  return isFinal(job.state)
}

/** Nothing when another was first. */
async function moveHold(
  ledger: Ledger,
  jobId: JobId,
  kind: EventKind,
  { from, until }: { readonly from?: number; readonly until: number },
  signal: AbortSignal,
): Promise<DueEvent | undefined> {
  const attribute = ATTRIBUTE[kind]
  const isOver = until === FOR_EVER
  const removed = kind === 'ended' ? `${TAKEN[kind]}, active` : TAKEN[kind]
  const isFirst = from === 0 ? `attribute_not_exists(${attribute})` : `${attribute} = :from`
  const input: UpdateItemInput = {
    TableName: ledger.tableName,
    Key: jobKey(jobId),
    UpdateExpression: `SET ${attribute} = :until${isOver ? ` REMOVE ${removed}` : ''}`,
    ConditionExpression: from === undefined ? 'attribute_exists(PK)' : isFirst,
    ExpressionAttributeValues: {
      ':until': number(until),
      ...(from === undefined || from === 0 ? {} : { ':from': number(from) }),
    },
    ReturnValues: 'ALL_NEW',
  }
  const request = () => ledger.client.send('UpdateItem', input, signal)
  try {
    const { Attributes } = await call(`hold event of job ${jobId}`, request, signal)
    return Attributes === undefined ? undefined : dueEvent(Attributes, kind)
  } catch (failure) {
    if (isConditionFailed(failure)) return undefined
    throw failure
  }
}

function dueEvent(item: Item, kind: EventKind): DueEvent {
  const read = new ItemReader(`job item ${item['PK']?.S ?? ''}`, item)
  const due = { job: jobOfItem(item), takenBy: item[TAKEN[kind]]?.SS ?? [] }
  return read.has('summary') ? { ...due, summary: read.json('summary') as EventSummary } : due
}
