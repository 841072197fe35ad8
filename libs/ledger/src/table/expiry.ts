import type { Item } from './item.ts'
import type { Ledger } from './ledger.ts'

/**
 * DynamoDB removes an expired item some time within days, so a reader that wants to see what the
 * table will soon look like leaves it out itself. An item without `expiresAt` is kept for ever.
 */
export function isExpired(item: Item, { now = seconds }: Pick<Ledger, 'now'>): boolean {
  const expiresAt = item['expiresAt']?.N
  return expiresAt !== undefined && Number(expiresAt) <= now()
}

const seconds = (): number => Math.floor(Date.now() / 1_000)
