import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3'
import { outcomeOf, type Sentence } from './sentence.ts'

export interface StoreUnderTest {
  readonly client: S3Client
  readonly bucket: string
}

const put = async ({ client, bucket }: StoreUnderTest, Key: string, text: string, more = {}) =>
  await client.send(new PutObjectCommand({ Bucket: bucket, Key, Body: Buffer.from(text), ...more }))

async function get({ client, bucket }: StoreUnderTest, Key: string, more = {}): Promise<string> {
  const answer = await client.send(new GetObjectCommand({ Bucket: bucket, Key, ...more }))
  return Buffer.from((await answer.Body?.transformToByteArray()) ?? []).toString()
}

const namesOf = ({ name }: Error): string => name

/** What storage relies on, each with what S3 does by its documentation. */
export const storeSentences: readonly Sentence<StoreUnderTest>[] = [
  {
    title: 'an object reads back, whole and by range',
    run: async (store) => {
      await put(store, 'a', 'hello world')
      return [await get(store, 'a'), await get(store, 'a', { Range: 'bytes=6-10' })]
    },
    wanted: ['hello world', 'world'],
  },
  {
    title: 'a range that ends beyond the object ends with it',
    run: async (store) => {
      await put(store, 'b', 'hello')
      const { client, bucket } = store
      const command = new GetObjectCommand({ Bucket: bucket, Key: 'b', Range: 'bytes=3-99' })
      return (await client.send(command)).ContentRange
    },
    wanted: 'bytes 3-4/5',
  },
  {
    title: 'a range that begins beyond the object is refused',
    run: async (store) => {
      await put(store, 'c', 'hello')
      return await outcomeOf(get(store, 'c', { Range: 'bytes=9-12' }))
    },
    wanted: 'InvalidRange',
  },
  {
    title: 'a read is held to an ETag',
    run: async (store) => {
      const { ETag } = await put(store, 'd', 'one')
      const same = await get(store, 'd', { IfMatch: ETag })
      await put(store, 'd', 'two')
      return [same, await outcomeOf(get(store, 'd', { IfMatch: ETag }))]
    },
    wanted: ['one', 'PreconditionFailed'],
  },
  {
    title: 'the same bytes have the same ETag, others another',
    run: async (store) => {
      const [first, second, third] = [
        await put(store, 'e', 'x'),
        await put(store, 'e', 'x'),
        await put(store, 'e', 'y'),
      ]
      return [first.ETag === second.ETag, first.ETag === third.ETag]
    },
    wanted: [true, false],
  },
  {
    title: 'a put that must be the first is refused where an object is',
    run: async (store) => {
      await put(store, 'f', 'one', { IfNoneMatch: '*' })
      const second = await put(store, 'f', 'two', { IfNoneMatch: '*' }).catch(namesOf)
      return [second, await get(store, 'f')]
    },
    wanted: ['PreconditionFailed', 'one'],
  },
  {
    title: 'a put over an object is refused where another has taken its place, or it is gone',
    run: async (store) => {
      const { ETag } = await put(store, 'g', 'one')
      await put(store, 'g', 'two', { IfMatch: ETag })
      const late = await outcomeOf(put(store, 'g', 'three', { IfMatch: ETag }))
      const gone = await outcomeOf(put(store, 'none', 'four', { IfMatch: ETag }))
      return [late, await get(store, 'g'), gone]
    },
    wanted: ['PreconditionFailed', 'two', 'NoSuchKey'],
  },
  {
    title: 'a removal of an object is refused where another has taken its place',
    run: async (store) => {
      const { client, bucket: Bucket } = store
      const { ETag } = await put(store, 'h', 'one')
      await put(store, 'h', 'two')
      const command = new DeleteObjectCommand({ Bucket, Key: 'h', IfMatch: ETag })
      return [await outcomeOf(client.send(command)), await outcomeOf(get(store, 'h'))]
    },
    wanted: ['PreconditionFailed', 'ok'],
  },
  {
    title: 'what is not there cannot be read; deleting it is fine',
    run: async (store) => {
      const { client, bucket: Bucket } = store
      const [head, removal] = [
        new HeadObjectCommand({ Bucket, Key: 'nothing' }),
        new DeleteObjectCommand({ Bucket, Key: 'nothing' }),
      ]
      return [
        await outcomeOf(get(store, 'nothing')),
        await outcomeOf(client.send(head)),
        await outcomeOf(client.send(removal)),
      ]
    },
    wanted: ['NoSuchKey', 'NotFound', 'ok'],
  },
  {
    title: 'a listing gives the keys of a prefix in byte order, page by page',
    run: async ({ client, bucket: Bucket }) => {
      for (const name of ['2', '10', '1']) await put({ client, bucket: Bucket }, `l/${name}`, name)
      const list = async (ContinuationToken?: string) =>
        await client.send(
          new ListObjectsV2Command({ Bucket, Prefix: 'l/', MaxKeys: 2, ContinuationToken }),
        )
      const first = await list()
      const second = await list(first.NextContinuationToken)
      return [first, second].map(({ Contents = [] }) => Contents.map(({ Key }) => Key))
    },
    wanted: [['l/1', 'l/10'], ['l/2']],
  },
  {
    title: 'an upload is not there before it is completed, and whole after that',
    run: async (store) => {
      const { client, bucket: Bucket } = store
      const target = { Bucket, Key: 'm' }
      const { UploadId } = await client.send(new CreateMultipartUploadCommand(target))
      const part = { ...target, UploadId, PartNumber: 1, Body: Buffer.from('whole') }
      const { ETag } = await client.send(new UploadPartCommand(part))
      const before = await outcomeOf(get(store, 'm'))
      const MultipartUpload = { Parts: [{ ETag, PartNumber: 1 }] }
      const done = await client.send(
        new CompleteMultipartUploadCommand({ ...target, UploadId, MultipartUpload }),
      )
      return [before, await get(store, 'm'), done.ETag?.endsWith('-1"')]
    },
    wanted: ['NoSuchKey', 'whole', true],
  },
  {
    title:
      'an upload over an object is refused where another has taken its place, and completed over that',
    run: async (store) => {
      const { client, bucket: Bucket } = store
      const target = { Bucket, Key: 'o' }
      const first = await put(store, 'o', 'one')
      const { UploadId } = await client.send(new CreateMultipartUploadCommand(target))
      const part = { ...target, UploadId, PartNumber: 1, Body: Buffer.from('whole') }
      const { ETag } = await client.send(new UploadPartCommand(part))
      const second = await put(store, 'o', 'two')
      const complete = async (IfMatch: string | undefined) => {
        const MultipartUpload = { Parts: [{ ETag, PartNumber: 1 }] }
        const input = { ...target, UploadId, MultipartUpload, IfMatch }
        return await outcomeOf(client.send(new CompleteMultipartUploadCommand(input)))
      }
      const late = await complete(first.ETag)
      const kept = await get(store, 'o')
      return [late, kept, await complete(second.ETag), await get(store, 'o')]
    },
    wanted: ['PreconditionFailed', 'two', 'ok', 'whole'],
  },
  {
    title: 'an upload that was aborted cannot be completed',
    run: async ({ client, bucket: Bucket }) => {
      const target = { Bucket, Key: 'n' }
      const { UploadId } = await client.send(new CreateMultipartUploadCommand(target))
      const part = { ...target, UploadId, PartNumber: 1, Body: Buffer.from('x') }
      const { ETag } = await client.send(new UploadPartCommand(part))
      await client.send(new AbortMultipartUploadCommand({ ...target, UploadId }))
      const MultipartUpload = { Parts: [{ ETag, PartNumber: 1 }] }
      const complete = { ...target, UploadId, MultipartUpload }
      return await outcomeOf(client.send(new CompleteMultipartUploadCommand(complete)))
    },
    wanted: 'NoSuchUpload',
  },
]
