import { stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { temporaryFolder } from '../test-data.fixture.ts'
import { addressOf } from './endpoint-address.ts'

beforeEach(() => {
  for (const name of ['AWS_CONFIG_FILE', 'AWS_SHARED_CREDENTIALS_FILE']) {
    vi.stubEnv(name, '/dev/null')
  }
})
afterEach(() => void vi.unstubAllEnvs())

test('an endpoint of AWS is in its region', async () => {
  expect(await addressOf({ kind: 'aws' }, 'eu-west-1')).toEqual({ region: 'eu-west-1' })
})

test.for(['AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME', 'AWS_ENDPOINT_URL'])(
  'it is at the URL that %s names',
  async (name) => {
    vi.stubEnv(name, 'http://127.0.0.1:18081')
    expect(await addressOf({ kind: 'aws' }, 'eu-west-1')).toEqual({
      url: 'http://127.0.0.1:18081/',
    })
  },
)

test('a URL is the same with its last slash or without, in any region', async () => {
  const at = async (url: string, region: string) => await addressOf({ kind: 'url', url }, region)
  const url = 'http://127.0.0.1:18081'
  expect(await at(url, 'us-east-1')).toEqual(await at(`${url}/`, 'eu-west-1'))
})

test('a model is another one when its file has changed', async () => {
  const file = join(await temporaryFolder(), 'model.json')
  await writeFile(file, '{}')
  const place = { kind: 'model', file, latencyMs: 0 } as const
  const { mtimeNs } = await stat(file, { bigint: true })
  const model = { path: file, bytes: 2, changedAt: String(mtimeNs) }
  expect(await addressOf(place, 'us-east-1')).toEqual({ model })
})
