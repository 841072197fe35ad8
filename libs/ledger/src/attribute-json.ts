import type { AttributeValue } from '@aws-sdk/client-dynamodb'

/*
 * DynamoDB's JSON is the values of its API as they are, but for bytes, which are base64.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.LowLevelAPI.html
 */

type Item = Readonly<Record<string, AttributeValue>>

/** The members of an input that hold attributes; all else is plain JSON. */
const ITEMS_SENT = ['Item', 'Key', 'ExpressionAttributeValues', 'ExclusiveStartKey']

/** An input as the body of its request. */
export function encodeInput(input: object): Buffer {
  const body: Record<string, unknown> = { ...input }
  for (const member of ITEMS_SENT) {
    const item = body[member]
    if (item !== undefined) body[member] = writable(item as Item)
  }
  return Buffer.from(JSON.stringify(body))
}

function writable(item: Item): Record<string, unknown> {
  const written: Record<string, unknown> = {}
  for (const name in item) written[name] = writableValue(item[name])
  return written
}

function writableValue(value: AttributeValue | undefined): unknown {
  if (value === undefined) return undefined
  const { B, BS, M, L } = value
  if (B !== undefined) return { B: base64Of(B) }
  if (BS !== undefined) return { BS: BS.map(base64Of) }
  if (M !== undefined) return { M: writable(M) }
  if (L !== undefined) return { L: L.map(writableValue) }
  return value
}

const base64Of = ({ buffer, byteOffset, byteLength }: Uint8Array): string =>
  Buffer.from(buffer, byteOffset, byteLength).toString('base64')

type Attributes = Record<string, Record<string, unknown>>
type Decoder = (base64: string) => Buffer

/** An answer as it comes over the line. */
interface JsonOutput {
  readonly Item?: Attributes
  readonly Attributes?: Attributes
  readonly Items?: readonly Attributes[]
  readonly LastEvaluatedKey?: Attributes
}

/**
 * The body of an answer as its output.
 *
 * @throws {SyntaxError} for what is no JSON object, such as one that is cut: nobody knows then
 * what was done.
 */
export function decodeOutput(body: Buffer): object {
  const output: unknown = JSON.parse(body.toString())
  if (typeof output !== 'object' || output === null) throw new SyntaxError('wanted a JSON object')
  decodeItems(output, createDecoder(body.length))
  return output
}

/** The same for what an error tells: a condition that failed, the item that it met. */
export function decodeFailure(failure: object): void {
  decodeItems(failure, (base64) => Buffer.from(base64, 'base64'))
}

/** Puts bytes in the place of their texts, in whatever holds items. */
function decodeItems(output: JsonOutput, decode: Decoder): void {
  const { Item, Attributes: attributes, Items = [], LastEvaluatedKey } = output
  if (Item !== undefined) decodeIn(Item, decode)
  if (attributes !== undefined) decodeIn(attributes, decode)
  for (const item of Items) decodeIn(item, decode)
  if (LastEvaluatedKey !== undefined) decodeIn(LastEvaluatedKey, decode)
}

/** Decodes all binary values of a body into one memory: one for each costs V8 more than to decode them. */
function createDecoder(bodyBytes: number): Decoder {
  let memory: Buffer | undefined
  let end = 0
  return (base64) => {
    memory ??= Buffer.allocUnsafeSlow(Math.ceil((bodyBytes * 3) / 4))
    const start = end
    end += memory.write(base64, start, 'base64')
    return memory.subarray(start, end)
  }
}

function decodeIn(item: Attributes, decode: Decoder): void {
  for (const name in item) decodeValue(item[name] ?? {}, decode)
}

function decodeValue(value: Record<string, unknown>, decode: Decoder): void {
  const { B, BS, M, L } = value
  if (B !== undefined) value['B'] = decode(B as string)
  else if (BS !== undefined) value['BS'] = (BS as string[]).map(decode)
  else if (M !== undefined) decodeIn(M as Attributes, decode)
  else if (L !== undefined) for (const each of L as Attributes[string][]) decodeValue(each, decode)
}
