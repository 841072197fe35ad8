import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, onTestFinished, test, vi } from 'vitest'
import { readServiceSettings } from './service-settings.ts'

afterEach(() => vi.unstubAllEnvs())

test('without any, a service is at its usual place', async () => {
  vi.stubEnv('AWS_CONFIG_FILE', '/nowhere')
  expect(await readServiceSettings('DynamoDB')).toEqual({
    endpointUrl: undefined,
    useFips: false,
    useDualstack: false,
    accountIdMode: 'preferred',
  })
})

test('reads what the environment says, the service’s own URL first', async () => {
  vi.stubEnv('AWS_ENDPOINT_URL', 'http://127.0.0.1:1')
  expect(await readServiceSettings('DynamoDB')).toMatchObject({ endpointUrl: 'http://127.0.0.1:1' })
  vi.stubEnv('AWS_ENDPOINT_URL_DYNAMODB', 'http://127.0.0.1:2')
  vi.stubEnv('AWS_USE_FIPS_ENDPOINT', 'true')
  vi.stubEnv('AWS_USE_DUALSTACK_ENDPOINT', 'true')
  vi.stubEnv('AWS_ACCOUNT_ID_ENDPOINT_MODE', 'disabled')
  expect(await readServiceSettings('DynamoDB')).toEqual({
    endpointUrl: 'http://127.0.0.1:2',
    useFips: true,
    useDualstack: true,
    accountIdMode: 'disabled',
  })
})

test('reads what a profile says', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-profile-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const file = join(folder, 'config')
  await writeFile(
    file,
    '[profile vpc]\nservices = vpc\nuse_fips_endpoint = true\n[services vpc]\ndynamodb =\n  endpoint_url = https://vpce-1.example\n',
  )
  vi.stubEnv('AWS_CONFIG_FILE', file)
  vi.stubEnv('AWS_PROFILE', 'vpc')
  expect(await readServiceSettings('DynamoDB')).toMatchObject({
    endpointUrl: 'https://vpce-1.example',
    useFips: true,
  })
})
