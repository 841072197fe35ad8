import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Cloud, startCloud } from './index.ts'

let cloud: Cloud
let s3: S3Client

beforeAll(async () => {
  cloud = await startCloud({ buckets: ['data'] })
  s3 = new S3Client({
    region: 'us-east-1',
    endpoint: cloud.env['AWS_ENDPOINT_URL_S3'] ?? '',
    forcePathStyle: true,
    credentials: cloud.credentials,
  })
})
afterAll(async () => {
  s3.destroy()
  await cloud.close()
})

const put = (Key: string, Body: string, condition: object = {}) =>
  s3.send(new PutObjectCommand({ Bucket: 'data', Key, Body, ...condition }))

async function textOf(Key: string): Promise<string | undefined> {
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: 'data', Key }))
  return Body?.transformToString()
}

test('If-None-Match writes the first object and refuses the second', async () => {
  await put('once', 'first', { IfNoneMatch: '*' })

  await expect(put('once', 'second', { IfNoneMatch: '*' })).rejects.toMatchObject({
    name: 'PreconditionFailed',
    $metadata: { httpStatusCode: 412 },
  })
  expect(await textOf('once')).toBe('first')
})

test('If-Match replaces only the object it names', async () => {
  const { ETag } = await put('replaced', 'first')

  await expect(put('replaced', 'x', { IfMatch: '"other"' })).rejects.toMatchObject({
    name: 'PreconditionFailed',
  })
  await put('replaced', 'second', { IfMatch: ETag })
  expect(await textOf('replaced')).toBe('second')
})

test('If-Match of a HEAD tells of that object only', async () => {
  const { ETag } = await put('headed', 'first')
  const head = (IfMatch = '') =>
    s3.send(new HeadObjectCommand({ Bucket: 'data', Key: 'headed', IfMatch }))
  expect(await head(ETag)).toMatchObject({ ETag })
  await put('headed', 'second')
  await expect(head(ETag)).rejects.toMatchObject({ $metadata: { httpStatusCode: 412 } })
})

test('If-Match on a missing object is not found', async () => {
  await expect(put('missing', 'x', { IfMatch: '"any"' })).rejects.toMatchObject({
    name: 'NoSuchKey',
    $metadata: { httpStatusCode: 404 },
  })
})

test('If-None-Match on completing an upload refuses an existing object', async () => {
  await put('uploaded', 'first')
  const target = { Bucket: 'data', Key: 'uploaded' }
  const { UploadId } = await s3.send(new CreateMultipartUploadCommand(target))
  const upload = { ...target, UploadId, PartNumber: 1, Body: 'second' }
  const { ETag } = await s3.send(new UploadPartCommand(upload))
  const complete = new CompleteMultipartUploadCommand({
    ...target,
    UploadId,
    IfNoneMatch: '*',
    MultipartUpload: { Parts: [{ ETag, PartNumber: 1 }] },
  })

  await expect(s3.send(complete)).rejects.toMatchObject({ name: 'PreconditionFailed' })
  expect(await textOf('uploaded')).toBe('first')
})
