import { type Documents, type JobState, writePinnedDataset } from '@millrace/job'
import { createJob, type Ledger, type TableOperations } from '@millrace/ledger'
import { atOnce, createTableModel, tableClient } from '@millrace/testing'
import { expect, test } from 'vitest'
import { openJob } from './open-job.ts'
import { jobId, never, openJobWith } from '../test-data.fixture.ts'

/** Opens a job of a limited concurrency; `refused` is what the ledger does not let the consumer do. */
async function open(state: JobState, refused?: keyof TableOperations) {
  const bytes = new Map<string, Uint8Array>()
  const documents: Documents = {
    read: async (name) => Buffer.from(bytes.get(name) ?? []),
    write: async (name, written) => {
      bytes.set(name, written)
      return 'written'
    },
  }
  const client = tableClient(createTableModel({ nowMs: Date.now }), atOnce)
  const ledger = (denied?: string): Ledger => ({
    tableName: 'ledger',
    client: {
      send: async (operation, ...rest) => {
        if (operation === denied)
          throw Object.assign(new Error(operation), { name: 'AccessDeniedException' })
        return await client.send(operation, ...rest)
      },
    },
  })
  const dataset = await writePinnedDataset(documents, openJobWith().dataset, never)
  const { job } = openJobWith({}, { state, dataset, adjusted: { concurrencyMax: 4 } })
  await createJob(ledger(), job, never)
  return await openJob(
    { ledger: ledger(refused), documents, consumer: 'c' },
    jobId,
    undefined,
    never,
  )
}

test('a job has the share that its concurrency leaves to this consumer', async () => {
  expect(await open('running')).toMatchObject({ job: { jobId }, concurrencyMax: 4 })
})

test('of a job that has ended no share is asked for, which could be refused', async () => {
  for (const refused of ['PutItem', 'Query'] as const) {
    expect(await open('cancelled', refused)).toMatchObject({ job: { state: 'cancelled' } })
  }
})

test.for(['running', 'paused'] as const)(
  'a job that is %s cannot be opened without its share',
  async (state) => {
    await expect(open(state, 'Query')).rejects.toThrow('list consumers')
  },
)
