import { z } from 'zod'
import { check } from './message.ts'

/** An object that has come to be in a bucket. */
export interface CreatedObject {
  /** `s3://bucket/key`. */
  readonly uri: string
  /** Differs whenever the object was written anew: version id, or ETag with S3's sequencer. */
  readonly version: string
  /** What S3 is asked by for that version and no other: version id, or ETag in its quotes. Nothing where neither is told. */
  readonly pinned?: string
}

const object = z.object({
  eTag: z.string().optional(),
  etag: z.string().optional(),
  versionId: z.string().nullish(),
  'version-id': z.string().nullish(),
  sequencer: z.string().optional(),
  key: z
    .string()
    .min(1)
    .max(1_024 * 3),
})

const bucket = z.object({ name: z.string().regex(/^[a-z0-9.-]{3,63}$/) })

/**
 * What S3 sends to a queue itself, and what EventBridge sends of it. Both are AWS's and may grow, so
 * unknown fields are let be; of the known ones only where and which version is taken.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html
 */
const fromS3 = z.object({
  Records: z
    .array(z.object({ eventName: z.string(), s3: z.object({ bucket, object }) }))
    .min(1)
    .max(100),
})
const fromEventBridge = z.object({
  source: z.literal('aws.s3'),
  'detail-type': z.string(),
  detail: z.object({ bucket, object }),
})
/** S3 sends one when a notification is set up. */
const testEvent = z.object({ Service: z.literal('Amazon S3'), Event: z.literal('s3:TestEvent') })

/**
 * The objects that an event of S3 tells of; undefined for a message that is none. Events of other kinds,
 * tests and markers of folders (keys that end in a slash) tell of no object.
 *
 * @throws {ContractError} for an event of S3 that does not hold what S3's events hold.
 */
export function objectsCreated(message: unknown): readonly CreatedObject[] | undefined {
  if (typeof message !== 'object' || message === null) return undefined
  if (testEvent.safeParse(message).success) return []
  if ('Records' in message) {
    const { Records } = check('S3 event', fromS3, message)
    return Records.filter(({ eventName }) => /^(s3:)?ObjectCreated:/.test(eventName)).flatMap(
      ({ s3 }) => createdOf(s3.bucket.name, decodeKey(s3.object.key), s3.object),
    )
  }
  if ('detail-type' in message) {
    const event = check('S3 event', fromEventBridge, message)
    if (event['detail-type'] !== 'Object Created') return []
    return createdOf(event.detail.bucket.name, event.detail.object.key, event.detail.object)
  }
  return undefined
}

function createdOf(bucketName: string, key: string, facts: z.output<typeof object>) {
  if (key.endsWith('/')) return []
  const id = versionIn(facts.versionId) ?? versionIn(facts['version-id'])
  const etag = facts.eTag ?? facts.etag ?? ''
  const pinned = id ?? (ETAG.test(etag) ? `"${etag}"` : undefined)
  return [
    {
      uri: `s3://${bucketName}/${key}`,
      version: id ?? `${etag}-${facts.sequencer ?? ''}`,
      ...(pinned === undefined ? {} : { pinned }),
    },
  ]
}

/** As events write it, without the quotes of HTTP. */
const ETAG = /^[0-9A-Za-z-]{1,128}$/

/** `null` is the id of whatever was written while the bucket keeps no versions: it names none of it. */
const versionIn = (id: string | null | undefined): string | undefined =>
  id === null || id === 'null' ? undefined : id

/** In S3's own events a key is written as in a form: `+` for a space, the rest percent-encoded. */
function decodeKey(key: string): string {
  try {
    return decodeURIComponent(key.replaceAll('+', ' '))
  } catch {
    return key
  }
}
