import { writeFile } from 'node:fs/promises'
import type { JobSpec } from '@millrace/job'
import { renderTunePage } from '@millrace/report'
import { CliError } from '../cli-error.ts'
import type { Advice } from './advice.ts'

export async function writePage(
  file: string,
  { endpoint }: JobSpec,
  advice: Advice,
): Promise<void> {
  const { cells, best, shareOfEndpoint, perMillionRows } = advice
  const data = { endpoint: endpoint.name, cells, best, shareOfEndpoint, perMillionRows }
  await writeFile(file, renderTunePage(data)).catch((cause: NodeJS.ErrnoException) => {
    throw new CliError(`${file}: may not be written (${cause.code})`, { cause })
  })
}
