import { writeFile } from 'node:fs/promises'
import type { JobSpec } from '@millrace/job'
import { renderTunePage } from '@millrace/report'
import { CliError } from '../cli-error.ts'
import type { Advice } from './advice.ts'
import type { Measured } from './search.ts'

export async function writePage(
  file: string,
  { endpoint }: JobSpec,
  advice: Advice,
): Promise<void> {
  const { best, shareOfEndpoint, perMillionRows } = advice
  const cells = advice.cells.filter(isKnown)
  const data = { endpoint: endpoint.name, cells, best, shareOfEndpoint, perMillionRows }
  await writeFile(file, renderTunePage(data)).catch((cause: NodeJS.ErrnoException) => {
    throw new CliError(`${file}: may not be written (${cause.code})`, { cause })
  })
}

type Known = Measured & { readonly kind: Exclude<Measured['kind'], 'unfinished'> }

/** A cell that had no time has no place on a chart. */
const isKnown = (cell: Measured): cell is Known => cell.kind !== 'unfinished'
