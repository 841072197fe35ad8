import { readFile, writeFile } from 'node:fs/promises'
import { isDeepStrictEqual } from 'node:util'
import type { JobId } from '@millrace/job'
import { CliError } from '../cli-error.ts'
import { nearPath } from '../show/near-path.ts'
import { endpointNoteIn } from '../system/job-folders.ts'
import type { EndpointAddress } from './endpoint-address.ts'

/** By what the rows of a job are scored, beside the name that its spec has. */
export interface ScoredBy {
  readonly address: EndpointAddress
  /** Where the credentials tell it. Two accounts may have endpoints of one name in one region. */
  readonly account?: string | undefined
}

/**
 * Holds a job to the endpoint that it was begun with: a result of two models would show nowhere, since variants
 * mostly have the same name. While nothing is recorded, it may still be any.
 *
 * @param folder that of the job's ledger.
 * @param batches recorded so far.
 * @param hint what to do with a job that was begun with another.
 * @throws {CliError}
 */
export async function holdToEndpoint(
  folder: string,
  { jobId, batches }: { readonly jobId: JobId; readonly batches: number },
  scoredBy: ScoredBy,
  hint: string,
): Promise<void> {
  const note = endpointNoteIn(folder, jobId)
  const begun = batches > 0 ? await readNote(note) : undefined
  const difference = begun && differenceOf(begun, scoredBy)
  if (difference !== undefined) throw new CliError(`${jobId}: was begun ${difference}`, { hint })
  // Credentials that do not tell their account may be of any, and say nothing about it.
  const known = { ...scoredBy, account: scoredBy.account ?? begun?.account }
  await writeFile(note, `${JSON.stringify(known)}\n`)
}

/** By what the rows of a job were scored, if that was noted. */
export const begunWith = (folder: string, jobId: JobId): Promise<ScoredBy | undefined> =>
  readNote(endpointNoteIn(folder, jobId))

/** Nothing where there is none, or one that was cut. */
async function readNote(path: string): Promise<ScoredBy | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as ScoredBy
  } catch {
    return undefined
  }
}

function differenceOf(begun: ScoredBy, now: ScoredBy): string | undefined {
  const accounts = [begun.account, now.account]
  if (!accounts.includes(undefined) && begun.account !== now.account) {
    return `in account ${begun.account}, and the credentials are of ${now.account}`
  }
  if (isDeepStrictEqual(begun.address, now.address)) return undefined
  const [before, since] = [textOf(begun.address), textOf(now.address)]
  return before === since ? `${before}, which has changed since` : `${before}, not ${since}`
}

function textOf(address: EndpointAddress): string {
  const { served } = address
  if (served !== undefined) return `by model ${served.name}, made at ${served.madeAt}`
  if ('model' in address) return `with ${nearPath(address.model.path)}`
  return 'url' in address ? `through ${address.url}` : `in ${address.region}`
}
