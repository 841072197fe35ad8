import { startCloud } from '@millrace/cloud'
import { afterAll } from 'vitest'
import { createLedgerClient, type Ledger } from './index.ts'

/** An empty ledger of a test file's own, there until its tests have run. */
export async function localLedger(facts: Pick<Ledger, 'now'> = {}): Promise<Ledger> {
  const cloud = await startCloud()
  const client = createLedgerClient({
    region: 'us-east-1',
    endpointUrl: cloud.env['AWS_ENDPOINT_URL_DYNAMODB'],
    credentials: cloud.credentials,
  })
  afterAll(async () => {
    client.destroy()
    await cloud.close()
  })
  return { client, tableName: cloud.env['MILLRACE_LEDGER_TABLE'] ?? '', ...facts }
}
