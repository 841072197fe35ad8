import {
  EXPORT_STATES,
  type ExportId,
  isJobId,
  readRecorded,
  recordedExportSchema,
  type ResultExport,
} from '@millrace/job'
import { corrupt, documentOf, type Item, ItemReader } from '../table/item.ts'
import { failureOf, failureValue, number } from '../job/job-item.ts'
import { exportKey } from '../table/keys.ts'

/** An export as its item, which lies beside the job's. Decision and output are one JSON string. */
export function itemOfExport(wanted: ResultExport): Item {
  const { jobId, exportId, decision, output, state, createdAt, endedAt, failure, expiresAt } =
    wanted
  return {
    ...exportKey(jobId, exportId),
    jobId: { S: jobId },
    exportId: { S: exportId },
    spec: { S: JSON.stringify({ version: 1, decision, output }) },
    state: { S: state },
    createdAt: number(createdAt),
    ...(endedAt === undefined ? {} : { endedAt: number(endedAt) }),
    ...(failure === undefined ? {} : { failure: failureValue(failure) }),
    ...(expiresAt === undefined ? {} : { expiresAt: number(expiresAt) }),
  }
}

/**
 * @throws {LedgerError} `item_corrupt`, when it is not an export that `itemOfExport` has written; `item_newer`, when a
 * newer version's has.
 */
export function exportOfItem(item: Item): ResultExport {
  const what = `export item ${item['PK']?.S ?? ''} ${item['SK']?.S ?? ''}`
  const read = new ItemReader(what, item)
  const jobId = read.text('jobId')
  const exportId = read.text('exportId')
  const state = EXPORT_STATES.find((known) => known === read.text('state'))
  if (!isJobId(jobId) || !isJobId(exportId)) throw corrupt(what, `ids: ${jobId}, ${exportId}`)
  if (state === undefined) throw corrupt(what, `state: ${read.text('state')}`)
  const { decision, output } = documentOf(what, () =>
    readRecorded('spec', recordedExportSchema, read.json('spec')),
  )
  return {
    jobId,
    exportId: exportId as string as ExportId,
    decision,
    output,
    state,
    createdAt: read.number('createdAt'),
    ...(read.has('endedAt') ? { endedAt: read.number('endedAt') } : {}),
    ...(read.has('failure') ? { failure: failureOf(read.map('failure')) } : {}),
    ...(read.has('expiresAt') ? { expiresAt: read.number('expiresAt') } : {}),
  }
}
