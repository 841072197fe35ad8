import type { Item } from './item.ts'
import type { Ledger } from './ledger.ts'

/**
 * For so long the item of a job outlives all else that is kept of it, forgotten already. DynamoDB removes expired items
 * in any order, some of them days late: predictions that are still there must not become those of another job with the same
 * client token, which is a new one only when this item is gone.
 */
export const FORGOTTEN_KEPT_SECONDS = 30 * 24 * 60 * 60

/**
 * DynamoDB removes an expired item some time within days, so a reader that wants to see what the
 * table will soon look like leaves it out itself. An item without `expiresAt` is kept for ever; one with
 * `forgottenAt` has expired to readers at that moment.
 */
export function isExpired(item: Item, { now = seconds }: Pick<Ledger, 'now'>): boolean {
  const expiresAt = item['forgottenAt']?.N ?? item['expiresAt']?.N
  return expiresAt !== undefined && Number(expiresAt) <= now()
}

const seconds = (): number => Math.floor(Date.now() / 1_000)
