import { resolve } from 'node:path'
import type { JobSpec } from '@millrace/job'
import { renderTunePage } from '@millrace/report'
import { createStorage, fileUri } from '@millrace/storage'
import type { Advice } from './advice.ts'
import type { Measured } from './search.ts'

export async function writePage(
  file: string,
  { endpoint }: JobSpec,
  advice: Advice,
  signal: AbortSignal,
): Promise<void> {
  const { best, shareOfEndpoint, perMillionRows } = advice
  const cells = advice.cells.filter(isKnown)
  const data = { endpoint: endpoint.name, cells, best, shareOfEndpoint, perMillionRows }
  const page = Buffer.from(renderTunePage(data))
  const storage = createStorage({})
  try {
    await storage.writeDocument(fileUri(resolve(file)), page, {}, signal)
  } finally {
    await storage.close()
  }
}

type Known = Measured & { readonly kind: Exclude<Measured['kind'], 'unfinished'> }

/** A cell that had no time has no place on a chart. */
const isKnown = (cell: Measured): cell is Known => cell.kind !== 'unfinished'
