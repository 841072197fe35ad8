import { jobIdOf, limits } from '@millrace/job'
import { createLedgerClient, createProgressMarker, type Part, putPart } from '@millrace/ledger'
import { printFloats } from '@millrace/predictions'
import { credentials, never, region, ROWS } from './data.ts'

/** Recording alone: the part of a batch, and its mark. */
export function openRecords(tableUrl: string, transport: 'fast' | 'sdk') {
  const client = createLedgerClient({ region, endpointUrl: tableUrl, credentials, transport })
  const ledger = { client, tableName: 'ledger' }
  const marker = createProgressMarker(ledger)
  const jobId = jobIdOf(`record-${transport}`)
  const plan = { batches: 2 ** 28, rows: 2 ** 28 * ROWS }
  let batches = 0
  return {
    async record() {
      const batch = (batches += 1)
      const rows = { start: batch * ROWS, end: (batch + 1) * ROWS }
      const part = { ...PART, jobId, partitions: limits.partPartitions, batch, rows }
      const { kind } = await putPart(ledger, part, noDocuments, never)
      if (kind !== 'recorded') throw new Error(`a part became ${kind}`)
      await marker.mark({ jobId, plan }, batch, 0, never)
    },
    close: () => client.destroy(),
  }
}

export const PART: Omit<Part, 'jobId' | 'batch' | 'rows'> = {
  predictions: printFloats(
    Buffer.from(Float32Array.from({ length: ROWS }, (_, row) => (row + 1) / 101).buffer),
  ),
  failures: [],
  inputHash: '0'.repeat(64),
  variant: 'AllTraffic',
  attempt: 1,
  invocations: 1,
  throttles: 0,
  durationMs: 41.5,
  recordedAt: 1_780_000_000,
}

export const noDocuments = {
  read: async () => undefined,
  write: () => Promise.reject(new Error('nothing is spilled here')),
}
