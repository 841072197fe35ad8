import type {
  GetItemInput,
  PutItemInput,
  QueryInput,
  UpdateItemInput,
} from '@aws-sdk/client-dynamodb'
import { serviceError } from '../service-error.ts'
import { conditionOf } from './condition.ts'
import { checkItem } from './check-item.ts'
import { compare, type Item, Placeholders } from './operands.ts'
import { updateOf } from './update.ts'

/** A write that has happened; `old` is nothing for an item that was not there. */
export interface TableWrite {
  readonly key: string
  readonly old: Item | undefined
  /** Nothing when the item was deleted. */
  readonly item: Item | undefined
}

export interface TableModelOptions {
  readonly nowMs: () => number
  /** How long a read that is not consistent, or of an index, may still see what was there before. */
  readonly lagMs?: (() => number) | undefined
  /** Told of each write, after it. */
  readonly onWrite?: ((write: TableWrite) => void) | undefined
}

/** One DynamoDB table of string keys `PK` and `SK`, each operation at once and whole. */
export interface TableModel {
  put(input: PutItemInput): object
  update(input: UpdateItemInput): object
  get(input: GetItemInput): object
  query(input: QueryInput): object
  /** For who checks: not a DynamoDB operation. */
  item(PK: string, SK: string): Item | undefined
}

interface Cell {
  item: Item | undefined
  before: Item | undefined
  /** Until then a read that is not consistent sees `before`. */
  settledAtMs: number
}

const PAGE_BYTES_MAX = 1_048_576

export function createTableModel(options: TableModelOptions): TableModel {
  const { nowMs, lagMs = () => 0 } = options
  const partitions = new Map<string, Map<string, Cell>>()

  const cellOf = ({ PK, SK }: Item): Cell | undefined =>
    partitions.get(PK?.S ?? '')?.get(SK?.S ?? '')
  const seen = (cell: Cell | undefined, consistent: boolean | undefined): Item | undefined => {
    if (cell === undefined) return undefined
    return consistent === true || nowMs() >= cell.settledAtMs ? cell.item : cell.before
  }
  const write = (key: Item, item: Item | undefined): void => {
    const [PK, SK] = [key['PK']?.S ?? '', key['SK']?.S ?? '']
    const partition = partitions.get(PK) ?? new Map<string, Cell>()
    partitions.set(PK, partition)
    const old = partition.get(SK)?.item
    partition.set(SK, { item, before: old, settledAtMs: nowMs() + lagMs() })
    options.onWrite?.({ key: `${PK} ${SK}`, old, item })
  }

  /** Those of the partition that a query of the table names; of an index all. */
  function cellsOf(input: QueryInput): Iterable<Cell> {
    if (input.IndexName !== undefined) {
      return [...partitions.values()].flatMap((partition) => [...partition.values()])
    }
    const [, word = ''] = /=\s*(:\w+)/.exec(input.KeyConditionExpression ?? '') ?? []
    const PK = input.ExpressionAttributeValues?.[word]?.S ?? ''
    return partitions.get(PK)?.values() ?? []
  }

  return {
    put(input) {
      const item = { ...input.Item }
      checkItem(item)
      const old = cellOf(item)?.item
      checkCondition(input, old)
      write(item, item)
      return input.ReturnValues === 'ALL_OLD' && old !== undefined ? { Attributes: { ...old } } : {}
    },
    update(input) {
      const key = input.Key ?? {}
      const old = cellOf(key)?.item
      const placeholders = checkCondition(input, old, true)
      const { item, touched } = updateOf(input.UpdateExpression ?? '')(old ?? key, placeholders)
      placeholders.checkUsed()
      checkItem(item)
      write(key, item)
      return updateAnswer(input, old, item, touched)
    },
    get(input) {
      const item = seen(cellOf(input.Key ?? {}), input.ConsistentRead)
      const placeholders = placeholdersOf(input)
      const names = projectionOf(input, placeholders)
      placeholders.checkUsed()
      return item === undefined ? {} : { Item: only(item, names) }
    },
    query(input) {
      const placeholders = placeholdersOf(input)
      const matches = conditionOf(input.KeyConditionExpression ?? '')
      const filter =
        input.FilterExpression === undefined ? undefined : conditionOf(input.FilterExpression)
      const names = projectionOf(input, placeholders)
      for (const condition of [matches, filter]) condition?.({}, placeholders)
      placeholders.checkUsed()
      const consistent = input.IndexName === undefined ? input.ConsistentRead : false
      const found: Item[] = []
      for (const cell of cellsOf(input)) {
        const item = seen(cell, consistent)
        if (item !== undefined && matches(item, placeholders)) found.push(item)
      }
      const { items, last } = page(input, found)
      const kept = filter === undefined ? items : items.filter((item) => filter(item, placeholders))
      return {
        Items: kept.map((item) => only(item, names)),
        Count: kept.length,
        ...(last === undefined ? {} : { LastEvaluatedKey: last }),
      }
    },
    item: (PK, SK) => partitions.get(PK)?.get(SK)?.item,
  }
}

interface Expressions {
  readonly ConditionExpression?: string | undefined
  readonly ExpressionAttributeNames?: Record<string, string> | undefined
  readonly ExpressionAttributeValues?: PutItemInput['ExpressionAttributeValues']
  readonly ReturnValuesOnConditionCheckFailure?: string | undefined
}

const placeholdersOf = (input: Expressions): Placeholders =>
  new Placeholders(input.ExpressionAttributeNames, input.ExpressionAttributeValues)

/** @throws `ConditionalCheckFailedException`, with the item that is there where it was asked for. */
function checkCondition(input: Expressions, old: Item | undefined, more = false): Placeholders {
  const placeholders = placeholdersOf(input)
  const holds =
    input.ConditionExpression === undefined ||
    conditionOf(input.ConditionExpression)(old ?? {}, placeholders)
  if (!more) placeholders.checkUsed()
  if (holds) return placeholders
  const wanted = input.ReturnValuesOnConditionCheckFailure === 'ALL_OLD' && old !== undefined
  throw serviceError(
    'ConditionalCheckFailedException',
    400,
    'The conditional request failed',
    wanted ? { Item: { ...old } } : {},
  )
}

function updateAnswer(
  { ReturnValues = 'NONE' }: UpdateItemInput,
  old: Item | undefined,
  item: Item,
  touched: readonly string[],
): object {
  switch (ReturnValues) {
    case 'ALL_NEW':
      return { Attributes: { ...item } }
    case 'UPDATED_NEW':
      return { Attributes: only(item, touched) }
    case 'ALL_OLD':
      return old === undefined ? {} : { Attributes: { ...old } }
    case 'UPDATED_OLD':
      return { Attributes: only(old ?? {}, touched) }
    default:
      return {}
  }
}

/** The attributes that a read asks for; nothing for all of them. */
function projectionOf(
  { ProjectionExpression }: { readonly ProjectionExpression?: string | undefined },
  placeholders: Placeholders,
): readonly string[] | undefined {
  return ProjectionExpression?.split(',').map((word) => placeholders.name(word.trim()))
}

function only(item: Item, names: readonly string[] | undefined): Item {
  if (names === undefined) return { ...item }
  const chosen: Item = {}
  for (const name of names) {
    const value = item[name]
    if (value !== undefined) chosen[name] = value
  }
  return chosen
}

/** Sorts, goes on after `ExclusiveStartKey`, and stops at `Limit` items or at a megabyte. */
function page(input: QueryInput, found: Item[]): { items: Item[]; last: Item | undefined } {
  const sortKey = input.IndexName === undefined ? 'SK' : 'createdAt'
  const sign = input.ScanIndexForward === false ? -1 : 1
  const order = (a: Item, b: Item): number =>
    sign * ((compare(a[sortKey], b[sortKey]) ?? 0) || (compare(a['PK'], b['PK']) ?? 0))
  const from = input.ExclusiveStartKey
  const rest = found
    .filter((item) => item[sortKey] !== undefined)
    .sort(order)
    .filter((item) => from === undefined || order(item, from) > 0)
  const items: Item[] = []
  let bytes = 0
  for (const item of rest) {
    if (items.length >= (input.Limit ?? Number.POSITIVE_INFINITY)) break
    bytes += checkItem(item)
    if (bytes > PAGE_BYTES_MAX && items.length > 0) break
    items.push(item)
  }
  const last = items.length < rest.length ? items.at(-1) : undefined
  return { items, last: last && only(last, ['PK', 'SK', ...keyNamesOf(input)]) }
}

/** The attributes of an index's own key: those that its condition names, and its sort key. */
function keyNamesOf(input: QueryInput): readonly string[] {
  if (input.IndexName === undefined) return []
  return [...Object.values(input.ExpressionAttributeNames ?? {}), 'createdAt']
}
