import { randomBytes } from 'node:crypto'
import { withKeysInUrls } from '@millrace/cloud'
import { jobIdOf } from '@millrace/job'
import { type Ledger, putPart } from '@millrace/ledger'
import { createS3Backend, createS3Client, createStorage, jobDocuments } from '@millrace/storage'
import { BUCKET } from './fleet.ts'

const MEBIBYTE = 1024 * 1024

/*
 * What the apps do so rarely, or with so much data, that a test of the whole would take minutes: done
 * here by the libraries that do it in them.
 */

/** What an app does that is stopped in the middle of a file of many megabytes. */
export async function giveUpAnUpload(
  env: Readonly<Record<string, string>>,
  key: string,
): Promise<void> {
  await using s3 = openStorage(env)
  const uri = `s3://${BUCKET}/${key}`
  const writer = await s3.storage.createWriter(uri, AbortSignal.timeout(20_000))
  await writer.write(Buffer.alloc(20 * MEBIBYTE))
  await writer.abort()
}

/** What the consumer does with a part that is too large for an item. */
export async function recordLargePart(
  env: Readonly<Record<string, string>>,
  ledger: Ledger,
): Promise<void> {
  await using s3 = openStorage(env)
  const jobId = jobIdOf('a job of one large part')
  const predictions = randomBytes(MEBIBYTE)
    .toString('hex')
    .replaceAll(/(.{16})(?!$)/g, '$1\n')
  const part = {
    jobId,
    batch: 0,
    partitions: 1,
    rows: { start: 0, end: predictions.split('\n').length },
    predictions: Buffer.from(predictions),
    failures: [],
    inputHash: '',
    attempt: 1,
    invocations: 1,
    throttles: 0,
    durationMs: 1,
    recordedAt: 1,
  }
  const documents = jobDocuments(s3.storage, `s3://${BUCKET}/work/`, jobId)
  await putPart(ledger, part, documents, AbortSignal.timeout(20_000))
}

function openStorage(env: Readonly<Record<string, string>>) {
  const endpoint = withKeysInUrls(env)['AWS_ENDPOINT_URL_S3']
  const client = createS3Client({ region: 'us-east-1', endpoint })
  const storage = createStorage({ s3: createS3Backend(client) })
  return {
    storage,
    async [Symbol.asyncDispose]() {
      await storage.close()
      client.destroy()
    },
  }
}
