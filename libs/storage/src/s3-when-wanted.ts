import { type Backend, S3_STREAMING } from './backend.ts'
import type { S3ClientOptions } from './s3/client.ts'

/**
 * Storage in S3 whose client is loaded with the first object that is wanted: that takes as long as a tenth
 * of the start of an app, and a job whose files are all on this machine never needs it.
 */
export function s3WhenWanted(options: S3ClientOptions): Backend {
  let opening: Promise<Backend> | undefined
  const s3 = (): Promise<Backend> =>
    (opening ??= import('./s3/open.ts').then(({ openS3Backend }) => openS3Backend(options)))
  return {
    streaming: S3_STREAMING,
    pinOne: async (...args) => (await s3()).pinOne(...args),
    list: async (...args) => (await s3()).list(...args),
    readInto: async (...args) => (await s3()).readInto(...args),
    readDocument: async (...args) => (await s3()).readDocument(...args),
    writeDocument: async (...args) => (await s3()).writeDocument(...args),
    createWriter: async (...args) => (await s3()).createWriter(...args),
    occupantOf: async (...args) => (await s3()).occupantOf(...args),
    remove: async (...args) => (await s3()).remove(...args),
    close: async () => (await opening)?.close(),
  }
}
