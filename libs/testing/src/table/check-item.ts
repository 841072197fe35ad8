import type { AttributeValue } from '@aws-sdk/client-dynamodb'
import type { Item } from './operands.ts'
import { invalid } from './tokens.ts'

const ITEM_BYTES_MAX = 400 * 1024

/**
 * Holds an item to what DynamoDB takes: keys of text, no empty set, 400 KB.
 *
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
 *
 * @returns its size in bytes, about as DynamoDB counts it.
 */
export function checkItem(item: Item): number {
  for (const name of ['PK', 'SK']) {
    const text = item[name]?.S
    if (text === undefined || text === '')
      throw invalid(`One of the required keys is missing: ${name}`)
  }
  let bytes = 0
  for (const name in item) bytes += name.length + sizeOf(item[name] as AttributeValue)
  if (bytes > ITEM_BYTES_MAX) throw invalid('Item size has exceeded the maximum allowed size')
  return bytes
}

function sizeOf(value: AttributeValue): number {
  if (value.S !== undefined) return value.S.length
  if (value.N !== undefined) return 1 + Math.ceil(value.N.length / 2)
  if (value.B !== undefined) return value.B.length
  const set = value.NS ?? value.SS
  if (set !== undefined) {
    if (set.length === 0) throw invalid('One or more parameter values were invalid: An empty set')
    return set.reduce((bytes, element) => bytes + element.length, 0)
  }
  if (value.M !== undefined) {
    return Object.entries(value.M).reduce(
      (sum, [name, inner]) => sum + name.length + sizeOf(inner),
      3,
    )
  }
  if (value.L !== undefined) return value.L.reduce((sum, inner) => sum + sizeOf(inner), 3)
  return 1
}
