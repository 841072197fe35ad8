import type { Decoded } from './decoded.ts'
import type { ResponseSetting } from './response-setting.ts'
import { valueKeys } from './value-keys.ts'

/**
 * Reads the RecordIO-wrapped protobuf of the built-in algorithms: a record for each row, whose
 * labels are the values.
 *
 * https://docs.aws.amazon.com/sagemaker/latest/dg/cdf-training.html
 */
export function decodeRecordio(body: Buffer, rows: number, setting: ResponseSetting): Decoded {
  const [step] = setting.kind === 'json' ? setting.path : []
  const keys = step?.kind === 'key' ? [step.key] : valueKeys
  try {
    const texts = recordsOf(body).map((record) => textOf(labelsOf(record), keys))
    if (texts.length === rows) {
      return { kind: 'decoded', predictions: Buffer.from(texts.join('\n')), layout: 'recordio' }
    }
    return { kind: 'malformed', reason: `${texts.length} records for ${rows} rows` }
  } catch (error) {
    if (error instanceof RangeError) return { kind: 'malformed', reason: error.message }
    throw error
  }
}

const MAGIC = 0xced7230a

function recordsOf(body: Buffer): Buffer[] {
  const records: Buffer[] = []
  for (let at = 0; at < body.length; ) {
    if (body.readUInt32LE(at) !== MAGIC) throw new RangeError(`no record at byte ${at}`)
    const length = body.readUInt32LE(at + 4)
    if (at + 8 + length > body.length) throw new RangeError('a record ends too early')
    records.push(body.subarray(at + 8, at + 8 + length))
    at += 8 + Math.ceil(length / 4) * 4
  }
  return records
}

function textOf(labels: ReadonlyMap<string, readonly number[]>, keys: readonly string[]): string {
  const key = keys.find((name) => labels.has(name))
  const values = labels.get(key ?? '')
  if (values === undefined || values.length === 0) {
    throw new RangeError(`no value among the labels ${[...labels.keys()].join()}`)
  }
  return values.join(',')
}

/** `Record { map<string, Value> features = 1; map<string, Value> label = 2; … }` */
function labelsOf(record: Buffer): Map<string, number[]> {
  const labels = new Map<string, number[]>()
  for (const { field, bytes } of fieldsOf(record)) {
    if (field !== 2) continue
    const entry = fieldsOf(bytes)
    const name = entry.find(({ field }) => field === 1)?.bytes.toString() ?? ''
    const value = entry.find(({ field }) => field === 2)?.bytes ?? Buffer.alloc(0)
    labels.set(name, fieldsOf(value).flatMap(numbersOf))
  }
  return labels
}

/** `Value { oneof { Float32Tensor = 2; Float64Tensor = 3; Int32Tensor = 7; … } }`, `values = 1`. */
function numbersOf(tensor: { field: number; bytes: Buffer }): number[] {
  return fieldsOf(tensor.bytes)
    .filter(({ field }) => field === 1)
    .flatMap(({ bytes }) => {
      if (tensor.field === 2) return everyOf(bytes, 4, (at) => bytes.readFloatLE(at))
      if (tensor.field === 3) return everyOf(bytes, 8, (at) => bytes.readDoubleLE(at))
      if (tensor.field === 7) return varintsOf(bytes)
      return []
    })
}

function everyOf(bytes: Buffer, size: number, read: (at: number) => number): number[] {
  return Array.from({ length: Math.floor(bytes.length / size) }, (_, index) => read(index * size))
}

function varintsOf(bytes: Buffer): number[] {
  const values: number[] = []
  for (let at = 0; at < bytes.length; ) {
    const { value, next } = varint(bytes, at)
    values.push(value)
    at = next
  }
  return values
}

/** The length-delimited fields of a protobuf message; no other kind is among these. */
function fieldsOf(message: Buffer): { field: number; bytes: Buffer }[] {
  const fields: { field: number; bytes: Buffer }[] = []
  for (let at = 0; at < message.length; ) {
    const tag = varint(message, at)
    if ((tag.value & 7) !== 2) throw new RangeError(`protobuf of wire type ${tag.value & 7}`)
    const length = varint(message, tag.next)
    const end = length.next + length.value
    if (end > message.length) throw new RangeError('a protobuf field ends too early')
    fields.push({ field: tag.value >>> 3, bytes: message.subarray(length.next, end) })
    at = end
  }
  return fields
}

function varint(bytes: Buffer, from: number): { value: number; next: number } {
  let value = 0
  for (let at = from; at < bytes.length && at < from + 5; at++) {
    const byte = bytes[at] ?? 0
    value += (byte & 0x7f) * 2 ** (7 * (at - from))
    if (byte < 0x80) return { value, next: at + 1 }
  }
  throw new RangeError(`no number at byte ${from} of a protobuf`)
}
