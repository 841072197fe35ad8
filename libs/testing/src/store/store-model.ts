import { hash } from 'node:crypto'
import { Readable } from 'node:stream'
import type {
  CompleteMultipartUploadCommandInput,
  GetObjectCommandInput,
  ListObjectsV2CommandInput,
  PutObjectCommandInput,
  UploadPartCommandInput,
} from '@aws-sdk/client-s3'
import { serviceError } from '../service-error.ts'

/** An object of one version; a new one takes its place whole. */
export interface StoredObject {
  readonly bytes: Buffer
  readonly etag: string
}

export interface StoreModelOptions {
  /** Told of each object that became visible. */
  readonly onPut?: (place: string, object: StoredObject) => void
}

interface Place {
  readonly Bucket: string | undefined
  readonly Key: string | undefined
}

/** S3 without versioning, each operation at once and whole. Objects are placed by `bucket/key`. */
export interface StoreModel {
  put(input: PutObjectCommandInput): object
  get(input: GetObjectCommandInput): object
  head(input: Place & { IfMatch?: string | undefined }): object
  delete(input: Place & { IfMatch?: string | undefined }): object
  list(input: ListObjectsV2CommandInput): object
  createUpload(input: Place): object
  uploadPart(input: UploadPartCommandInput): object
  completeUpload(input: CompleteMultipartUploadCommandInput): object
  abortUpload(input: Place & { UploadId: string | undefined }): object
  object(place: string): StoredObject | undefined
  places(): Iterable<string>
}

const placeOf = ({ Bucket, Key }: Place): string => `${Bucket}/${Key}`
/** An ETag says only whether it is the same object: this is faster than S3's MD5. */
const digestOf = (bytes: Uint8Array): string => hash('sha1', bytes)

export function createStoreModel(options: StoreModelOptions = {}): StoreModel {
  const objects = new Map<string, StoredObject>()
  const uploads = new Map<string, Map<number, StoredObject>>()
  let begun = 0

  const keep = (place: string, bytes: Buffer, etag: string): object => {
    const object = { bytes, etag }
    objects.set(place, object)
    options.onPut?.(place, object)
    return { ETag: etag }
  }
  const find = (input: Place & { IfMatch?: string | undefined }): StoredObject => {
    const object = objects.get(placeOf(input))
    if (object === undefined)
      throw serviceError('NoSuchKey', 404, 'The specified key does not exist.')
    if (input.IfMatch !== undefined && input.IfMatch !== object.etag) throw preconditionFailed()
    return object
  }
  /** A write that depends on what is there; a removal of nothing that is to match is refused, too. */
  const holdTo = (
    input: Place & { IfMatch?: string | undefined; IfNoneMatch?: string | undefined },
  ): void => {
    if (input.IfMatch !== undefined) find(input)
    if (input.IfNoneMatch === '*' && objects.has(placeOf(input))) throw preconditionFailed()
  }
  const partsOf = (upload: string | undefined): Map<number, StoredObject> => {
    const parts = uploads.get(upload ?? '')
    if (parts === undefined) throw serviceError('NoSuchUpload', 404, 'The upload does not exist.')
    return parts
  }

  return {
    put(input) {
      const place = placeOf(input)
      holdTo(input)
      const bytes = Buffer.from(input.Body as Uint8Array)
      return keep(place, bytes, `"${digestOf(bytes)}"`)
    },
    get(input) {
      const { bytes, etag } = find(input)
      const { part, range } = ranged(bytes, input.Range)
      return { Body: bodyOf(part), ContentLength: part.length, ETag: etag, ...range }
    },
    head(input) {
      // An answer to HEAD has no body that could name the error.
      if (!objects.has(placeOf(input))) throw serviceError('NotFound', 404, 'UnknownError')
      const { bytes, etag } = find(input)
      return { ContentLength: bytes.length, ETag: etag }
    },
    delete(input) {
      holdTo(input)
      objects.delete(placeOf(input))
      return {}
    },
    list({ Bucket, Prefix = '', ContinuationToken, MaxKeys = 1_000 }) {
      const start = `${Bucket}/${Prefix}`
      const found = [...objects.keys()].filter((place) => place.startsWith(start)).sort()
      const rest = found.filter((place) => place > (ContinuationToken ?? ''))
      const page = rest.slice(0, MaxKeys)
      const Contents = page.map((place) => {
        const { bytes, etag } = objects.get(place) as StoredObject
        return { Key: place.slice((Bucket ?? '').length + 1), Size: bytes.length, ETag: etag }
      })
      const more = page.length < rest.length
      const next = more ? { NextContinuationToken: page.at(-1) } : {}
      return { Contents, KeyCount: page.length, IsTruncated: more, ...next }
    },
    createUpload(input) {
      const UploadId = `${placeOf(input)}#${begun++}`
      uploads.set(UploadId, new Map())
      return { UploadId }
    },
    uploadPart({ UploadId, PartNumber = 1, Body }) {
      const bytes = Buffer.from(Body as Uint8Array)
      const etag = `"${digestOf(bytes)}"`
      partsOf(UploadId).set(PartNumber, { bytes, etag })
      return { ETag: etag }
    },
    completeUpload(input) {
      const parts = partsOf(input.UploadId)
      const named = input.MultipartUpload?.Parts ?? []
      const chosen = named.map(({ PartNumber = 0, ETag }) => {
        const part = parts.get(PartNumber)
        if (part === undefined || part.etag !== ETag) {
          throw serviceError('InvalidPart', 400, `Part ${PartNumber} was not found.`)
        }
        return part
      })
      holdTo(input)
      uploads.delete(input.UploadId ?? '')
      const digests = Buffer.concat(chosen.map(({ etag }) => Buffer.from(etag.slice(1, -1), 'hex')))
      const bytes = Buffer.concat(chosen.map((part) => part.bytes))
      return keep(placeOf(input), bytes, `"${digestOf(digests)}-${chosen.length}"`)
    },
    abortUpload({ UploadId }) {
      partsOf(UploadId)
      uploads.delete(UploadId ?? '')
      return {}
    },
    object: (place) => objects.get(place),
    places: () => objects.keys(),
  }
}

const preconditionFailed = (): Error =>
  serviceError(
    'PreconditionFailed',
    412,
    'At least one of the pre-conditions you specified did not hold',
  )

function ranged(bytes: Buffer, range: string | undefined): { part: Buffer; range: object } {
  const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(range ?? '') ?? []
  if (from === undefined || to === undefined) return { part: bytes, range: {} }
  const [start, end] = [Number(from), Math.min(Number(to) + 1, bytes.length)]
  if (start >= bytes.length) {
    throw serviceError('InvalidRange', 416, 'The requested range is not satisfiable')
  }
  const ContentRange = `bytes ${start}-${end - 1}/${bytes.length}`
  return { part: bytes.subarray(start, end), range: { ContentRange } }
}

/** A stream that is also what the SDK's mixin makes of it. */
function bodyOf(bytes: Buffer): Readable {
  const stream = new Readable({
    read() {
      this.push(Buffer.from(bytes))
      this.push(null)
    },
  })
  return Object.assign(stream, { transformToByteArray: async () => Buffer.from(bytes) })
}
