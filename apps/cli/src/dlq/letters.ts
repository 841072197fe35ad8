import { type BatchMessage, decodeBatchMessage, isJobId, type JobId, jobIdOf } from '@millrace/job'
import type { DeadLetter, DeadLettersWanted } from '@millrace/queue'
import { openDeployed, openJob } from '../system/open-system.ts'
import { isDeployed } from '../system/which-system.ts'
import type { System } from '../system/system.ts'
import type { World } from '../world.ts'
import type { DlqOptions } from './dlq-options.ts'

/** The stack that the environment names, or the run at work: its queues live as long as it does. */
export async function openQueues(options: DlqOptions, world: World): Promise<System> {
  if (isDeployed(options, world)) return await openDeployed(options, world)
  return (await openJob(options.job, options, world)).system
}

/** What the options choose. */
export function wantedLetters({ job, code, max }: DlqOptions): DeadLettersWanted {
  const isWanted = (letter: DeadLetter): boolean =>
    (code === undefined || letter.code === code) && (job === undefined || isOf(job, letter))
  return { max, matches: isWanted }
}

/** What is shown where a message names no job, and typed to mean those messages. */
export const NO_JOB = '-'

function isOf(job: string, letter: DeadLetter): boolean {
  const named = jobOf(letter)
  if (job === NO_JOB) return named === undefined
  return named?.startsWith(job.startsWith('j-') ? job : `j-${job}`) === true
}

/** The job that a message is about, whichever queue it was on; nothing when it does not tell. */
export function jobOf({ body }: Pick<DeadLetter, 'body'>): JobId | undefined {
  const { jobId, clientToken } = (parsed(body) ?? {}) as Record<string, unknown>
  if (typeof jobId === 'string' && isJobId(jobId)) return jobId
  return typeof clientToken === 'string' ? jobIdOf(clientToken) : undefined
}

/** The batch that a message is about, when it is a batch message at all. */
export function batchOf({ body }: Pick<DeadLetter, 'body'>): BatchMessage | undefined {
  try {
    return decodeBatchMessage(body)
  } catch {
    return undefined // Which is why it is here.
  }
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}
