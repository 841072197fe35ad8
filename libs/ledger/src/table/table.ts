import type { CreateTableInput } from '@aws-sdk/client-dynamodb'
import { classifyFailure } from './classify-failure.ts'
import type { Ledger } from './ledger.ts'

/** Jobs by the day (UTC) on which they were created. */
export const JOBS_BY_DAY_INDEX = 'jobs-by-day'
/** Jobs that have not ended, or whose end is still to be told. Sparse: that it was told removes a job. */
export const ACTIVE_JOBS_INDEX = 'active-jobs'
/** DynamoDB removes an item some time after the moment (epoch seconds) in this attribute. */
export const TTL_ATTRIBUTE = 'expiresAt'

/**
 * The table as it is created: string keys `PK` and `SK`, paid by request. The indexes are sparse;
 * only `META` items carry their keys, because a throttled index throttles its whole table.
 */
export function tableDefinition(tableName: string): CreateTableInput {
  return {
    TableName: tableName,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [
      { AttributeName: 'PK', AttributeType: 'S' },
      { AttributeName: 'SK', AttributeType: 'S' },
      { AttributeName: 'day', AttributeType: 'S' },
      { AttributeName: 'active', AttributeType: 'S' },
      { AttributeName: 'createdAt', AttributeType: 'N' },
    ],
    KeySchema: [
      { AttributeName: 'PK', KeyType: 'HASH' },
      { AttributeName: 'SK', KeyType: 'RANGE' },
    ],
    GlobalSecondaryIndexes: [index(JOBS_BY_DAY_INDEX, 'day'), index(ACTIVE_JOBS_INDEX, 'active')],
  }
}

/** Creates the table, for local use; a table that is already there is left as it is. */
export async function createTable(ledger: Ledger, signal: AbortSignal): Promise<void> {
  const input = tableDefinition(ledger.tableName)
  try {
    await ledger.client.send('CreateTable', input, signal)
  } catch (failure) {
    if ((failure as Error).name === 'ResourceInUseException') return
    signal.throwIfAborted()
    throw classifyFailure(`create table ${ledger.tableName}`, failure)
  }
}

function index(name: string, hashKey: string) {
  return {
    IndexName: name,
    KeySchema: [
      { AttributeName: hashKey, KeyType: 'HASH' as const },
      { AttributeName: 'createdAt', KeyType: 'RANGE' as const },
    ],
    Projection: { ProjectionType: 'ALL' as const },
  }
}
