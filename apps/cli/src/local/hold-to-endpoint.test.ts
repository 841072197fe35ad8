import { jobIdOf } from '@millrace/job'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../test-data.fixture.ts'
import type { EndpointAddress } from './endpoint-address.ts'
import { holdToEndpoint, type ScoredBy } from './hold-to-endpoint.ts'

const jobId = jobIdOf('held')
const region: ScoredBy = { address: { region: 'us-east-1' } }
const model = (changedAt: string): EndpointAddress => ({
  model: { path: '/data/model.json', bytes: 10, changedAt },
})

/** A job that is begun with one after the other; how many batches are recorded then. */
async function begin(batches: number, ...each: readonly ScoredBy[]): Promise<void> {
  const folder = await temporaryFolder()
  for (const scoredBy of each) {
    await holdToEndpoint(folder, { jobId, batches }, scoredBy, 'use that one')
  }
}

test.for<[string, ScoredBy, ScoredBy, string]>([
  [
    'another account',
    { ...region, account: '111111111111' },
    { ...region, account: '222222222222' },
    'in account 111111111111, and the credentials are of 222222222222',
  ],
  [
    'another region',
    region,
    { address: { region: 'eu-west-1' } },
    'in us-east-1, not in eu-west-1',
  ],
  [
    'another URL',
    { address: { url: 'http://127.0.0.1:1/' } },
    { address: { url: 'http://127.0.0.1:2/' } },
    'through http://127.0.0.1:1/, not through http://127.0.0.1:2/',
  ],
  [
    'a model that was trained since',
    { address: model('1') },
    { address: model('2') },
    'with /data/model.json, which has changed since',
  ],
])('with %s, what is recorded is not continued', async ([, begun, now, difference]) => {
  await expect(begin(1, begun, now)).rejects.toMatchObject({
    message: `${jobId}: was begun ${difference}`,
    hint: 'use that one',
    exitCode: 2,
  })
  await begin(1, begun, begun)
})

test('while nothing is recorded, any endpoint will do', async () => {
  const begun = begin(0, region, { address: { region: 'eu-west-1' } })
  await expect(begun).resolves.toBeUndefined()
})

test('credentials that do not tell their account are of any, and forget none', async () => {
  const known = { ...region, account: '111111111111' }
  await begin(1, known, region, known)
  const other = { ...region, account: '222222222222' }
  await expect(begin(1, region, known, region, other)).rejects.toThrow('in account 111111111111')
})
