import type { AttributeValue } from '@aws-sdk/client-dynamodb'
import {
  type Adjustment,
  isFinal,
  isJobId,
  type Job,
  type JobId,
  JOB_STATES,
  limits,
  type Postponed,
  type Preflight,
  readRecorded,
  recordedSpecSchema,
  type RetryOf,
  type Tolerance,
} from '@millrace/job'
import { FORGOTTEN_KEPT_SECONDS } from '../table/expiry.ts'
import { corrupt, documentOf, type Item, ItemReader } from '../table/item.ts'
import { jobKey } from '../table/keys.ts'

/** Values of the key of the index of active jobs; a job that has ended, and whose end was told, has none. */
export const ACTIVE = 'yes'
export const UNTOLD = 'untold'

/**
 * A job as its `META` item. The spec is one JSON string, the very document of the job request; all
 * else is an attribute of its own, because conditions and people look at it.
 */
export function itemOfJob(job: Job): Item {
  const { dataset, plan, preflight, postponed, failure, startedAt, endedAt, adjusted } = job
  const { retryOf, retriedBy, classes, waits, failedAttempt, asked } = job
  return {
    ...jobKey(job.jobId),
    jobId: { S: job.jobId },
    clientToken: { S: job.clientToken },
    spec: { S: JSON.stringify(job.spec) },
    ...(asked === undefined ? {} : { asked: { S: asked } }),
    state: { S: job.state },
    partitions: number(job.partitions),
    createdAt: number(job.createdAt),
    day: { S: dayOf(job.createdAt) },
    ...(isFinal(job.state) ? {} : { active: { S: ACTIVE } }),
    ...(dataset === undefined ? {} : { dataset: datasetValue(dataset) }),
    ...(plan === undefined ? {} : { plan: planValue(plan) }),
    ...(preflight === undefined ? {} : { preflight: preflightValue(preflight) }),
    ...(classes === undefined ? {} : { classes: number(classes) }),
    ...(postponed === undefined ? {} : { postponed: postponedValue(postponed) }),
    ...(waits === undefined ? {} : { waits: postponedValue(waits) }),
    ...(failedAttempt === undefined ? {} : { failedAttempt: postponedValue(failedAttempt) }),
    ...(failure === undefined ? {} : { failure: failureValue(failure) }),
    ...(startedAt === undefined ? {} : { startedAt: number(startedAt) }),
    ...(endedAt === undefined ? {} : { endedAt: number(endedAt) }),
    ...(job.expiresAt === undefined ? {} : expiry(job.expiresAt)),
    ...(adjusted === undefined ? {} : adjustmentAttributes(adjusted)),
    ...(retryOf === undefined ? {} : { retryOf: retryValue(retryOf) }),
    ...(retriedBy === undefined ? {} : { retriedBy: { S: retriedBy } }),
  }
}

const expiry = (forgottenAt: number): Item => ({
  forgottenAt: number(forgottenAt),
  expiresAt: number(forgottenAt + FORGOTTEN_KEPT_SECONDS),
})

/** An item of a version that let it go with all others has only `expiresAt`. */
function expiryOf(read: ItemReader): Pick<Job, 'expiresAt'> {
  const name = ['forgottenAt', 'expiresAt'].find((attribute) => read.has(attribute))
  return name === undefined ? {} : { expiresAt: read.number(name) }
}

/** Attributes of their own: each is changed alone, and a change of one leaves the other as it is. */
export function adjustmentAttributes({ concurrencyMax, tolerance, deadline }: Adjustment): Item {
  return {
    ...(concurrencyMax === undefined ? {} : { concurrencyMax: number(concurrencyMax) }),
    ...(tolerance === undefined ? {} : { tolerance: { S: JSON.stringify(tolerance) } }),
    ...(deadline === undefined ? {} : { deadline: number(deadline) }),
  }
}

/**
 * @throws {LedgerError} `item_corrupt`, when it is not a job that `itemOfJob` has written; `item_newer`, when a newer
 * version's has.
 */
export function jobOfItem(item: Item): Job {
  const what = `job item ${item['PK']?.S ?? ''}`
  const read = new ItemReader(what, item)
  return {
    jobId: jobIdOf(what, read.text('jobId')),
    clientToken: read.text('clientToken'),
    spec: specOf(what, read),
    ...(read.has('asked') ? { asked: read.text('asked') } : {}),
    state: stateOf(what, read.text('state')),
    partitions: read.number('partitions'),
    createdAt: read.number('createdAt'),
    ...(read.has('dataset') ? { dataset: datasetOf(read.map('dataset')) } : {}),
    ...(read.has('plan') ? { plan: planOf(read.map('plan')) } : {}),
    ...(read.has('preflight') ? { preflight: preflightOf(read.map('preflight')) } : {}),
    ...(read.has('classes') ? { classes: read.number('classes') } : {}),
    ...(read.has('postponed') ? { postponed: postponedOf(read.map('postponed')) } : {}),
    ...(read.has('waits') ? { waits: postponedOf(read.map('waits')) } : {}),
    ...(read.has('failedAttempt') ? { failedAttempt: postponedOf(read.map('failedAttempt')) } : {}),
    ...(read.has('failure') ? { failure: failureOf(read.map('failure')) } : {}),
    ...(read.has('startedAt') ? { startedAt: read.number('startedAt') } : {}),
    ...(read.has('endedAt') ? { endedAt: read.number('endedAt') } : {}),
    ...expiryOf(read),
    ...adjustedOf(what, read),
    ...(read.has('retryOf') ? { retryOf: retryOf(what, read.map('retryOf')) } : {}),
    ...(read.has('retriedBy') ? { retriedBy: jobIdOf(what, read.text('retriedBy')) } : {}),
  }
}

function adjustedOf(what: string, read: ItemReader): Pick<Job, 'adjusted'> {
  const adjusted: Adjustment = {
    ...(read.has('concurrencyMax') ? { concurrencyMax: read.number('concurrencyMax') } : {}),
    ...(read.has('tolerance') ? { tolerance: toleranceOf(what, read) } : {}),
    ...(read.has('deadline') ? { deadline: read.number('deadline') } : {}),
  }
  return Object.keys(adjusted).length === 0 ? {} : { adjusted }
}

export const number = (value: number): AttributeValue.NMember => ({ N: String(value) })

/** The UTC day of a moment in epoch seconds, such as `2026-11-25`. */
export const dayOf = (seconds: number): string =>
  new Date(seconds * 1_000).toISOString().slice(0, 10)

export function datasetValue(pin: NonNullable<Job['dataset']>): AttributeValue.MMember {
  const { digest, objects, bytes } = pin
  return { M: { digest: { S: digest }, objects: number(objects), bytes: number(bytes) } }
}

export function datasetOf(read: ItemReader): NonNullable<Job['dataset']> {
  return {
    digest: read.text('digest'),
    objects: read.number('objects'),
    bytes: read.number('bytes'),
  }
}

export function planValue({ batches, rows }: NonNullable<Job['plan']>): AttributeValue.MMember {
  return { M: { batches: number(batches), rows: number(rows) } }
}

export function planOf(read: ItemReader): NonNullable<Job['plan']> {
  return { batches: read.number('batches'), rows: read.number('rows') }
}

export function preflightValue(preflight: Preflight): AttributeValue.MMember {
  const { rows, latencyMs, bytesSent, bytesAnswered } = preflight
  return {
    M: {
      rows: number(rows),
      latencyMs: number(latencyMs),
      bytesSent: number(bytesSent),
      bytesAnswered: number(bytesAnswered),
    },
  }
}

function preflightOf(read: ItemReader): Preflight {
  return {
    rows: read.number('rows'),
    latencyMs: read.number('latencyMs'),
    bytesSent: read.number('bytesSent'),
    bytesAnswered: read.number('bytesAnswered'),
  }
}

export function postponedValue({ at, reason }: Postponed): AttributeValue.MMember {
  return { M: { at: number(at), reason: { S: cut(reason) } } }
}

function postponedOf(read: ItemReader): Postponed {
  return { at: read.number('at'), reason: read.text('reason') }
}

function retryValue({ jobId, reasons, layers }: RetryOf): AttributeValue.MMember {
  const list = (texts: readonly string[]) => ({ L: texts.map((text) => ({ S: text })) })
  return {
    M: {
      jobId: { S: jobId },
      ...(reasons === undefined ? {} : { reasons: list(reasons) }),
      layers: list(layers),
    },
  }
}

function retryOf(what: string, read: ItemReader): RetryOf {
  return {
    jobId: jobIdOf(what, read.text('jobId')),
    ...(read.has('reasons') ? { reasons: read.texts('reasons') } : {}),
    layers: read.texts('layers').map((jobId) => jobIdOf(what, jobId)),
  }
}

export function failureValue(failure: NonNullable<Job['failure']>): AttributeValue.MMember {
  return { M: { code: { S: failure.code }, message: { S: cut(failure.message) } } }
}

/** A job that cannot be written as failed would be asked for again and again, and nobody would learn why. */
const cut = (text: string): string =>
  text.length <= limits.jobFailureCharsMax
    ? text
    : `${text.slice(0, limits.jobFailureCharsMax - 1).toWellFormed()}…`

export function failureOf(read: ItemReader): NonNullable<Job['failure']> {
  return { code: read.text('code'), message: read.text('message') }
}

const toleranceOf = (what: string, read: ItemReader): Tolerance =>
  documentOf(what, () =>
    readRecorded('tolerance', recordedSpecSchema.in.shape.tolerance, read.json('tolerance')),
  )

/** A job is read over and over, and its spec never changes: each text is checked once. */
const specs = new Map<string, Job['spec']>()
const SPECS_MAX = 16

function specOf(what: string, read: ItemReader): Job['spec'] {
  const text = read.text('spec')
  const known = specs.get(text)
  if (known !== undefined) return known
  const spec = frozen(
    documentOf(what, () => readRecorded('spec', recordedSpecSchema, read.json('spec'))),
  )
  if (specs.size >= SPECS_MAX) specs.clear()
  specs.set(text, spec)
  return spec
}

/** Who changed it would change it for every reader. */
function frozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value
  for (const inner of Object.values(value)) frozen(inner)
  return Object.freeze(value)
}

function jobIdOf(what: string, text: string): JobId {
  if (isJobId(text)) return text
  throw corrupt(what, `jobId: ${text}`)
}

function stateOf(what: string, text: string): Job['state'] {
  const state = JOB_STATES.find((known) => known === text)
  if (state === undefined) throw corrupt(what, `state: ${text}`)
  return state
}
