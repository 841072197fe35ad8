import { readFile } from 'node:fs/promises'
import { check } from '@millrace/job'
import { z } from 'zod'
import { CliError } from '../cli-error.ts'

/** What is compared of an estimate; `millrace estimate --json` says more. */
const estimateSchema = z.looseObject({
  usage: z.looseObject({
    invocations: z.number(),
    endpointSeconds: z.number(),
    sqsRequests: z.number(),
    writeUnits: z.number(),
    readUnits: z.number(),
    s3Reads: z.number(),
  }),
  bill: z.looseObject({ total: z.number() }),
})

export type SavedEstimate = z.output<typeof estimateSchema>

/**
 * Reads what `millrace estimate --json` has said of a job.
 *
 * @throws {CliError} when the file cannot be read; {ContractError} when it is no estimate.
 */
export async function readEstimate(file: string): Promise<SavedEstimate> {
  const text = await readFile(file, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    const why = cause.code === 'ENOENT' ? 'no such file' : `cannot be read (${cause.code})`
    throw new CliError(`${file}: ${why}`, { hint: 'millrace estimate --json makes one', cause })
  })
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw new CliError(`${file}: is no JSON, wanted what millrace estimate --json says`, { cause })
  }
  return check(file, estimateSchema, value)
}
