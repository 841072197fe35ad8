import type { JobId } from '@millrace/job'
import { LedgerError } from '@millrace/ledger'
import { CliError } from '../cli-error.ts'
import { EXIT } from '../exit-code.ts'
import { when } from '../show/when.ts'
import { nearJob } from '../list/near-job.ts'
import { createRefusalSearch } from './find-refusal.ts'
import type { System } from '../system/system.ts'

/**
 * What the ledger answers of a job that it may not know.
 *
 * @throws {CliError} when there is no such job, with why its request was refused where that is known.
 */
export async function ofJob<Answer>(
  system: System,
  jobId: JobId,
  asked: Promise<Answer | undefined>,
  signal: AbortSignal,
): Promise<Answer> {
  const answer = await asked.catch((error: unknown) => {
    if (error instanceof LedgerError && error.code === 'job_missing') return undefined
    throw error
  })
  if (answer === undefined) throw await noSuchJob(system, jobId, signal)
  return answer
}

async function noSuchJob(system: System, jobId: JobId, signal: AbortSignal): Promise<CliError> {
  const letter = await createRefusalSearch(jobId, 0)(system, signal)
  if (letter === undefined) {
    const isDeployed = system.kind === 'deployed'
    // No more than a help: what cannot be looked for changes nothing.
    const near = isDeployed
      ? await nearJob(system, jobId, signal).catch(() => undefined)
      : undefined
    return new CliError(`${jobId}: no such job`, {
      hint: near === undefined ? 'millrace list shows them' : `did you mean ${near}?`,
    })
  }
  const { code, reason, sentAtMs } = letter
  const request = `its request of ${when(Math.floor(sentAtMs / 1_000))}`
  return new CliError(`${jobId}: no such job: ${request} was set aside: ${reason} (${code})`, {
    hint: `millrace dlq show ${jobId} --queue jobs shows the request`,
    exitCode: EXIT.failed,
  })
}
