import {
  DeleteObjectCommand,
  GetObjectCommand,
  NoSuchKey,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import type { Cloud } from '@millrace/cloud'
import type { Fleet } from './fleet.ts'
import { BUCKET } from './fleet.ts'

/** Reads and writes objects as anybody would who is no part of the system: with the plain AWS client. */
export const objectsOf = ({ cloud }: Fleet): Objects => objectsIn(cloud)

interface Objects {
  /** Answers its ETag, in its quotes. */
  put(key: string, body: string | Uint8Array): Promise<string>
  get(key: string): Promise<string | undefined>
  remove(key: string): Promise<void>
}

export function objectsIn(cloud: Pick<Cloud, 'env' | 'credentials'>): Objects {
  const client = new S3Client({
    region: 'us-east-1',
    endpoint: cloud.env['AWS_ENDPOINT_URL_S3'] ?? '',
    forcePathStyle: true,
    credentials: cloud.credentials,
  })
  return {
    put: async (key, body) => {
      const { ETag = '' } = await client.send(
        new PutObjectCommand({ Bucket: BUCKET, Key: key, Body: body }),
      )
      return ETag
    },
    get: async (key) => {
      try {
        const { Body } = await client.send(new GetObjectCommand({ Bucket: BUCKET, Key: key }))
        return await Body?.transformToString()
      } catch (error) {
        if (error instanceof NoSuchKey) return undefined
        throw error
      }
    },
    remove: async (key) => {
      await client.send(new DeleteObjectCommand({ Bucket: BUCKET, Key: key }))
    },
  }
}
