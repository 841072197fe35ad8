import type { Backend } from '../backend.ts'
import { createS3Backend } from './backend.ts'
import { createS3Client, type S3ClientOptions } from './client.ts'

/** Storage in S3 with a client of its own, which it closes. */
export function openS3Backend(options: S3ClientOptions): Backend {
  const client = createS3Client(options)
  const backend = createS3Backend(client)
  return {
    ...backend,
    close: async () => {
      await backend.close()
      client.destroy()
    },
  }
}
