import type { AttributeValue } from '@aws-sdk/client-dynamodb'
import type { ExportId, JobId } from '@millrace/job'

/*
 * Every key of the table.
 *
 *     PK                          SK                    item
 *     JOB#<job>                   META                  the job
 *     JOB#<job>                   EXPORT#<export>       a result to be made again
 *     JOB#<job>#PART#<partition>  <batch, 10 digits>    a part
 *     JOB#<job>#PROGRESS          <level>#<item, 10 d>  a node of the tree of done batches
 *     JOB#<job>#FAILURE           <batch, 10 digits>    a message that was set aside
 *     JOB#<job>#CONSUMERS         <consumer>            who works on a job whose concurrency is limited
 */

export type Key = Readonly<Record<'PK' | 'SK', AttributeValue.SMember>>

/** Digits that keep text order equal to number order, up to ten thousand million batches. */
const DIGITS = 10

export const padded = (number: number): string => String(number).padStart(DIGITS, '0')

export const jobKey = (jobId: JobId): Key => key(`JOB#${jobId}`, 'META')

export const exportKey = (jobId: JobId, exportId: ExportId): Key =>
  key(`JOB#${jobId}`, `EXPORT#${exportId}`)

/** Neighbours lie in different partitions, so that a job's parts are written to all of them. */
export const partKey = (jobId: JobId, partitions: number, batch: number): Key =>
  key(partPartition(jobId, batch % partitions), padded(batch))

export const partPartition = (jobId: JobId, partition: number): string =>
  `JOB#${jobId}#PART#${partition}`

export const progressKey = (jobId: JobId, level: number, item: number): Key =>
  key(progressPartition(jobId), `${level}#${padded(item)}`)

export const progressPartition = (jobId: JobId): string => `JOB#${jobId}#PROGRESS`

export const rejectionKey = (jobId: JobId, batch: number): Key =>
  key(failurePartition(jobId), padded(batch))

export const failurePartition = (jobId: JobId): string => `JOB#${jobId}#FAILURE`

export const consumerKey = (jobId: JobId, consumer: string): Key =>
  key(consumersPartition(jobId), consumer)

export const consumersPartition = (jobId: JobId): string => `JOB#${jobId}#CONSUMERS`

function key(PK: string, SK: string): Key {
  return { PK: { S: PK }, SK: { S: SK } }
}
