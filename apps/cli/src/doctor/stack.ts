import { jobIdOf } from '@millrace/job'
import { LedgerError, listJobs, pauseJob, readJob, type UnreadableJob } from '@millrace/ledger'
import { readDepth } from '@millrace/queue'
import type { QueueName, System } from '../system/system.ts'
import { type Check, deniedIs, failed, findingOf, type Finding, ok, warning } from './finding.ts'

/** What a deployed stack is made of, as far as the verbs touch it. */
export function stackChecks(system: System): Check[] {
  return [
    ...(['jobs', 'batches', 'completions'] as const).map((name) => queueCheck(system, name)),
    { name: 'table', look: (signal) => lookAtTable(system, signal) },
  ]
}

function queueCheck(system: System, name: QueueName): Check {
  const missing = ['QUEUE_URL', 'DLQ_URL']
    .map((end) => `MILLRACE_${name.toUpperCase()}_${end}`)
    .find((variable) => (system.env[variable] ?? '') === '')
  return {
    name: `${name} queue`,
    look: async (signal) =>
      missing === undefined
        ? await lookAtQueue(system, name, signal)
        : failed(`${missing} is not set`, 'set the environment that the outputs of the stack name'),
  }
}

async function lookAtQueue(system: System, name: QueueName, signal: AbortSignal): Promise<Finding> {
  try {
    const { visible, inFlight } = await readDepth(system.queue(name), signal)
    const dead = await readDepth(system.deadLetters(name), signal)
    const found = `${visible} waiting, ${inFlight} in flight, ${dead.visible} set aside`
    if (dead.visible === 0) return ok(found)
    return warning(found, `millrace dlq list --queue ${name} shows why`)
  } catch (error) {
    return deniedIs(`sqs:GetQueueAttributes on the ${name} queue and its dead-letter queue`, error)
  }
}

/** More are not counted: each is read. */
const COUNTED_MAX = 100

/** By the very calls of submit, status and list: that they are permitted is seen too. */
async function lookAtTable(system: System, signal: AbortSignal): Promise<Finding> {
  const { ledger } = system
  try {
    await readJob(ledger, jobIdOf('millrace doctor'), signal)
    let active = 0
    const unreadable: UnreadableJob[] = []
    const jobs = listJobs(ledger, { active: true }, (job) => void unreadable.push(job), signal)
    for await (const _job of jobs) {
      active += 1
      if (active === COUNTED_MAX) break
    }
    const count = active === COUNTED_MAX ? `${COUNTED_MAX} or more` : active
    const found = `${ledger.tableName}: ${count} ${active === 1 ? 'job has' : 'jobs have'} not ended`
    const [first] = unreadable
    if (first !== undefined) {
      const others = unreadable.length === 1 ? '' : `, and ${unreadable.length - 1} more`
      return warning(`${found}; ${first.error.message}${others}`, first.error.hint ?? KEPT)
    }
    if (await mayControl(system, signal)) return ok(found)
    return warning(
      `${found}, and none may be changed`,
      'allow dynamodb:UpdateItem on the table to pause, resume, cancel and adjust jobs',
    )
  } catch (error) {
    const finding = findingOf(error)
    if ((error as { code?: string }).code !== 'access_denied') return finding
    return failed(
      finding.found,
      'allow dynamodb:GetItem and dynamodb:Query on the table and its indexes, or sign in again',
    )
  }
}

/** What is to be done about an item that no version has written so. */
const KEPT = 'put the item back as it was (point-in-time recovery), or delete it'

/** By pausing a job that is not there, which changes nothing: who may not is refused before that. */
async function mayControl({ ledger }: System, signal: AbortSignal): Promise<boolean> {
  try {
    await pauseJob(ledger, jobIdOf('millrace doctor'), signal)
  } catch (error) {
    if (!(error instanceof LedgerError)) throw error
    if (error.code === 'access_denied') return false
    if (error.code !== 'job_missing') throw error
  }
  return true
}
