import type { QueryInput } from '@aws-sdk/client-dynamodb'
import { call } from './call.ts'
import { isExpired } from './expiry.ts'
import type { Item } from './item.ts'
import type { Ledger } from './ledger.ts'
import type { Released } from './table-client.ts'

export interface Page extends Released {
  readonly items: readonly Item[]
  /** Where the next page begins; nothing after the last page. */
  readonly next: Item | undefined
}

/** Reads one page of a query: at most 1 MB, and at most `Limit` items where that is given, without expired ones. */
export async function queryPage(
  ledger: Ledger,
  operation: string,
  input: Omit<QueryInput, 'TableName'>,
  signal: AbortSignal,
): Promise<Page> {
  const whole: QueryInput = { TableName: ledger.tableName, ...input }
  const request = () => ledger.client.send('Query', whole, signal)
  const { Items, LastEvaluatedKey, release } = await call(operation, request, signal)
  const items = (Items ?? []).filter((item) => !isExpired(item, ledger))
  return { items, next: LastEvaluatedKey, ...(release === undefined ? {} : { release }) }
}

/** Reads all items of a query, in order, one page in memory at a time. */
export async function* queryItems(
  ledger: Ledger,
  operation: string,
  input: Omit<QueryInput, 'TableName'>,
  signal: AbortSignal,
): AsyncGenerator<Item> {
  let from: Item | undefined
  do {
    const start = from === undefined ? {} : { ExclusiveStartKey: from }
    const page = await queryPage(ledger, operation, { ...input, ...start }, signal)
    yield* page.items
    from = page.next
  } while (from !== undefined)
}
