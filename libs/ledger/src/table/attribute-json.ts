import type { AttributeValue } from '@aws-sdk/client-dynamodb'
import type { SpareMemory } from './spare-memory.ts'
import { takeBytes } from './take-bytes.ts'

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

/** The same item when nothing in it has to be written otherwise: most attributes are texts and numbers. */
function writable(item: Item): Readonly<Record<string, unknown>> {
  let written: Record<string, unknown> | undefined
  for (const name in item) {
    const value = item[name]
    const kept = writableValue(value)
    if (kept === value) continue
    written ??= { ...item }
    written[name] = kept
  }
  return written ?? item
}

function writableValue(value: AttributeValue | undefined): unknown {
  if (value === undefined) return undefined
  const { B, BS, M, L } = value
  if (B !== undefined) return { B: base64Of(B) }
  if (BS !== undefined) return { BS: BS.map(base64Of) }
  if (L !== undefined) return { L: L.map(writableValue) }
  if (M === undefined) return value
  const written = writable(M)
  return written === M ? value : { M: written }
}

const base64Of = ({ buffer, byteOffset, byteLength }: Uint8Array): string =>
  Buffer.from(buffer, byteOffset, byteLength).toString('base64')

type Attributes = Record<string, Record<string, unknown>>
type BytesOf = (base64: string) => Buffer

/** An answer as it comes over the line. */
interface JsonOutput {
  readonly Item?: Attributes
  readonly Attributes?: Attributes
  readonly Items?: readonly Attributes[]
  readonly LastEvaluatedKey?: Attributes
}

/**
 * The body of an answer as its output; nothing of it lies in the body. Who has no more use for the bytes of its items
 * gives their memory back by `release`, once.
 *
 * @throws {SyntaxError} for what is no JSON object, such as one that is cut: nobody knows then
 * what was done.
 */
export function decodeOutput(body: Buffer, spare?: SpareMemory): object & { release?(): void } {
  const { json, values, memory } = takeBytes(body, spare?.take)
  const output: unknown = JSON.parse(json)
  if (typeof output !== 'object' || output === null) throw new SyntaxError('wanted a JSON object')
  decodeItems(output, (name) => values.get(name) ?? Buffer.from(name, 'base64'))
  if (memory === undefined || spare === undefined) return output
  return { ...output, release: () => spare.giveBack(memory) }
}

/** The same for what an error tells: a condition that failed, the item that it met. */
export function decodeFailure(failure: object): void {
  decodeItems(failure, (base64) => Buffer.from(base64, 'base64'))
}

/** Puts bytes in the place of their texts, in whatever holds items. */
function decodeItems(output: JsonOutput, bytesOf: BytesOf): void {
  const { Item, Attributes: attributes, Items = [], LastEvaluatedKey } = output
  if (Item !== undefined) decodeIn(Item, bytesOf)
  if (attributes !== undefined) decodeIn(attributes, bytesOf)
  for (const item of Items) decodeIn(item, bytesOf)
  if (LastEvaluatedKey !== undefined) decodeIn(LastEvaluatedKey, bytesOf)
}

function decodeIn(item: Attributes, bytesOf: BytesOf): void {
  for (const name in item) decodeValue(item[name] ?? {}, bytesOf)
}

function decodeValue(value: Record<string, unknown>, bytesOf: BytesOf): void {
  const { B, BS, M, L } = value
  if (B !== undefined) value['B'] = bytesOf(B as string)
  else if (BS !== undefined) value['BS'] = (BS as string[]).map(bytesOf)
  else if (M !== undefined) decodeIn(M as Attributes, bytesOf)
  else if (L !== undefined) for (const each of L as Attributes[string][]) decodeValue(each, bytesOf)
}
