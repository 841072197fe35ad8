import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import type { AttributeValue } from '@aws-sdk/client-dynamodb'
import { type Documents, isJobId, lengthOf, limits, type RowFailure } from '@millrace/job'
import { corrupt, type Item, ItemReader } from '../table/item.ts'
import { number } from '../job/job-item.ts'
import { padded, partKey } from '../table/keys.ts'
import { decodePredictions, encodePredictions, type PartEncoding } from './part-encoding.ts'
import type { Part, PartPlace, PartWork, PrintedPart, ReadPart } from './part.ts'

/*
 * A part has two bodies: `predictions`, as `encoding` says, and, when rows have failed, `failures`,
 * zstd of a JSON array. Each is an attribute of its own; what makes the item too large goes to a
 * document instead, and `predictionsAt` or `failuresAt` names it. `digest` covers what a reader
 * relies on, so that a part that was changed, or moved to another key, is found out. It covers the bodies
 * as they are stored: floats are a fifth of the text that they stand for.
 */

type Body = 'predictions' | 'failures'

/** A row's failure may repeat 512 characters, of three bytes each, 100,000 times. */
const FAILURES_BYTES_MAX = 192 * 1024 * 1024
assert(limits.batchRowsMax * (3 * limits.failureMessageCharsMax + 256) <= FAILURES_BYTES_MAX)
const BODY_BYTES_MAX = 256 * 1024 * 1024

/** Encodes a part; bodies above `limits.partInlineBytesMax` are written as documents first. */
export async function itemOfPart(
  part: Part & PartPlace,
  documents: Pick<Documents, 'write'>,
  signal: AbortSignal,
): Promise<Item> {
  const { encoding, bytes } = encodePredictions(part.predictions, lengthOf(part.rows))
  const failures =
    part.failures.length === 0
      ? undefined
      : zstdCompressSync(Buffer.from(JSON.stringify(part.failures)))
  const failuresBytes = failures?.length ?? 0
  const spillFailures = failuresBytes > limits.partInlineBytesMax / 2
  const room = limits.partInlineBytesMax - (spillFailures ? 0 : failuresBytes)

  const spill = async (body: Body, content: Buffer) =>
    Object.assign(item, await spillBody(part.batch, body, content, documents, signal))
  const item = factsOf(part)
  item['digest'] = { S: digestOf(part, encoding, bytes, failures) }
  item['encoding'] = { S: encoding }
  if (bytes.length > room) await spill('predictions', bytes)
  else item['predictions'] = { B: bytes }
  if (failures === undefined) return item
  if (spillFailures) await spill('failures', failures)
  else item['failures'] = { B: failures }
  return item
}

/** Built by assignments, since an object spread into another costs more than all else of an item. */
function factsOf(part: Part & PartPlace): Item {
  const { PK, SK } = partKey(part.jobId, part.partitions, part.batch)
  const item: Item = {
    PK,
    SK,
    jobId: { S: part.jobId },
    batch: number(part.batch),
    rowStart: number(part.rows.start),
    rowEnd: number(part.rows.end),
    failedRows: number(part.failures.length),
    inputHash: { S: part.inputHash },
    attempt: number(part.attempt),
    invocations: number(part.invocations),
    throttles: number(part.throttles),
    durationMs: number(part.durationMs),
    recordedAt: number(part.recordedAt),
  }
  const { variant, variants, expiresAt, retried, earlier, spent } = part
  if (variant !== undefined) item['variant'] = { S: variant }
  if (variants !== undefined) item['variants'] = { L: variants.map((name) => ({ S: name })) }
  if (expiresAt !== undefined) item['expiresAt'] = number(expiresAt)
  if (retried !== undefined) {
    item['retriedRows'] = number(retried.rows)
    item['mendedRows'] = number(retried.mended)
  }
  if (earlier !== undefined) item['earlier'] = { S: JSON.stringify(earlier) }
  if (spent !== undefined) item['spent'] = { M: numbersOf(spent) }
  return item
}

function numbersOf(spent: NonNullable<Part['spent']>): Item {
  const item: Item = {}
  for (const name in spent) item[name] = number(spent[name] ?? 0)
  return item
}

/** The name holds the content's hash: two attempts with different answers write two documents. */
async function spillBody(
  batch: number,
  body: Body,
  content: Buffer,
  documents: Pick<Documents, 'write'>,
  signal: AbortSignal,
): Promise<Record<string, AttributeValue>> {
  const hash = createHash('sha256').update(content).digest('hex')
  const name = `parts/${padded(batch)}-${body}-${hash}`
  await documents.write(name, content, signal)
  return { [`${body}At`]: { S: name } }
}

/**
 * Reads a part back, its documents included.
 *
 * @throws {LedgerError} `item_corrupt` when it is not what was written.
 */
export async function partOfItem(
  item: Item,
  documents: Pick<Documents, 'read'>,
  signal: AbortSignal,
): Promise<Part> {
  const { lines, ...part } = await readPartOfItem(item, documents, signal)
  return { ...part, predictions: lines.text }
}

/** The same, with the lines of its predictions, which lie in memory of the caller's. */
export async function readPartOfItem(
  item: Item,
  documents: Pick<Documents, 'read'>,
  signal: AbortSignal,
  allocate?: (bytes: number) => Uint8Array,
): Promise<ReadPart> {
  const what = `part ${item['PK']?.S ?? ''} ${item['SK']?.S ?? ''}`
  const read = new ItemReader(what, item)
  const encoding = encodingOf(what, read.text('encoding'))
  const bytes = await bodyOf(what, read, 'predictions', documents, signal)
  const failed = read.number('failedRows') > 0
  const failures = failed ? await bodyOf(what, read, 'failures', documents, signal) : undefined
  const lines = decoded(what, () => decodePredictions({ encoding, bytes }, allocate))
  const part: ReadPart = {
    ...readFacts(what, read),
    lines,
    failures: failures === undefined ? [] : decoded(what, () => decodeFailures(failures)),
  }
  const digest = digestOf(part, encoding, bytes, failures)
  if (digest !== read.text('digest')) throw corrupt(what, 'the digest does not fit')
  if (padded(part.batch) !== item['SK']?.S) throw corrupt(what, `it is of batch ${part.batch}`)
  return part
}

/** A part whose predictions lie in its item as floats, and that has no failures: nearly each one. */
export interface FloatItem {
  readonly floats: Buffer
  /** What its digest covers before the floats. */
  readonly digestHead: string
  /** The part, once the floats are printed. Throws as `partOfItem` does. */
  printed(by: PrintedPart): ReadPart
}

/** Nothing for another part, and for one with which something is wrong: `partOfItem` tells what. */
export function floatItem(item: Item): FloatItem | undefined {
  const { encoding, predictions, failedRows, digest, SK } = item
  const floats = predictions?.B
  const isOne = encoding?.S === 'float32' && failedRows?.N === '0' && digest?.S !== undefined
  if (!isOne || floats === undefined || floats.length % FLOAT_BYTES !== 0) return undefined
  const what = `part ${item['PK']?.S ?? ''} ${SK?.S ?? ''}`
  const facts = soundFacts(what, item)
  if (facts === undefined || padded(facts.batch) !== SK?.S) return undefined
  return {
    floats: Buffer.from(floats.buffer, floats.byteOffset, floats.length),
    digestHead: digestHead(facts, 'float32', floats.length),
    printed({ lines, digest: found, release }) {
      if (found !== digest.S) throw corrupt(what, 'the digest does not fit')
      return { ...facts, lines, failures: [], release }
    },
  }
}

const FLOAT_BYTES = 4

function soundFacts(what: string, item: Item): ReturnType<typeof readFacts> | undefined {
  try {
    return readFacts(what, new ItemReader(what, item))
  } catch {
    return undefined
  }
}

function readFacts(what: string, read: ItemReader): Omit<Part, 'predictions' | 'failures'> {
  const jobId = read.text('jobId')
  if (!isJobId(jobId)) throw corrupt(what, `jobId: ${jobId}`)
  return {
    jobId,
    batch: read.number('batch'),
    rows: { start: read.number('rowStart'), end: read.number('rowEnd') },
    inputHash: read.text('inputHash'),
    attempt: read.number('attempt'),
    invocations: read.number('invocations'),
    throttles: read.number('throttles'),
    durationMs: read.number('durationMs'),
    recordedAt: read.number('recordedAt'),
    ...(read.has('variant') ? { variant: read.text('variant') } : {}),
    ...(read.has('variants') ? { variants: read.texts('variants') } : {}),
    ...(read.has('expiresAt') ? { expiresAt: read.number('expiresAt') } : {}),
    ...(read.has('retriedRows')
      ? { retried: { rows: read.number('retriedRows'), mended: read.number('mendedRows') } }
      : {}),
    ...(read.has('earlier') ? { earlier: read.json('earlier') as PartWork[] } : {}),
    ...(read.has('spent') ? { spent: read.map('spent').numbers() } : {}),
  }
}

async function bodyOf(
  what: string,
  read: ItemReader,
  body: Body,
  documents: Pick<Documents, 'read'>,
  signal: AbortSignal,
): Promise<Buffer> {
  if (!read.has(`${body}At`)) return read.bytes(body)
  const name = read.text(`${body}At`)
  const content = await documents.read(name, BODY_BYTES_MAX, signal)
  if (content === undefined) throw corrupt(what, `${name} is missing`)
  return content
}

function encodingOf(what: string, text: string): PartEncoding {
  if (text === 'float32' || text === 'zstd') return text
  throw corrupt(what, `encoding: ${text}`)
}

const decodeFailures = (bytes: Buffer): RowFailure[] =>
  JSON.parse(
    zstdDecompressSync(bytes, { maxOutputLength: FAILURES_BYTES_MAX }).toString(),
  ) as RowFailure[]

function decoded<T>(what: string, decode: () => T): T {
  try {
    return decode()
  } catch (cause) {
    throw corrupt(what, (cause as Error).message, { cause })
  }
}

type Place = Pick<Part, 'jobId' | 'batch' | 'rows'>

function digestOf(
  place: Place,
  encoding: PartEncoding,
  predictions: Buffer,
  failures: Buffer = NOTHING,
): string {
  const head = digestHead(place, encoding, predictions.length)
  return createHash('sha256').update(head).update(predictions).update(failures).digest('hex')
}

const NOTHING = Buffer.alloc(0)

/** With the length of the predictions, since nothing else tells where they end and the failures begin. */
function digestHead({ jobId, batch, rows }: Place, encoding: PartEncoding, bytes: number): string {
  return `${JSON.stringify([jobId, batch, rows.start, rows.end, encoding, bytes])}\n`
}
