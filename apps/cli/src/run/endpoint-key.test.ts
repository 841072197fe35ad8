import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { expect, onTestFinished, test, vi } from 'vitest'
import { temporaryFolder } from '../test-data.fixture.ts'
import { executeRun } from './execute-run.ts'
import { createHooks, runIn } from './recorded-run.fixture.ts'

// Apps are started.
vi.setConfig({ testTimeout: 60_000 })

test.for([
  ['the key of the queues', {}],
  ['a session', { AWS_SESSION_TOKEN: 'token', AWS_CREDENTIAL_EXPIRATION: '2020-01-01T00:00:00Z' }],
  ['a profile', { AWS_PROFILE: 'nowhere' }],
] as const)('an endpoint on this machine does not see %s', async ([, environment]) => {
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value)
  onTestFinished(() => void vi.unstubAllEnvs())
  const keys = new Set<string>()
  const server = createServer((request, response) => {
    const [, key = 'none'] = /Credential=([^/]+)/.exec(request.headers.authorization ?? '') ?? []
    keys.add(request.headers['x-amz-security-token'] === undefined ? key : `${key}, of a session`)
    void text(request).then((rows) => {
      response.setHeader('content-type', 'text/csv')
      response.end('0.5\n'.repeat(rows.trimEnd().split('\n').length))
    })
  }).listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  const folder = await temporaryFolder()
  await writeFile(join(folder, 'rows.csv'), '1,2,3\n'.repeat(50))
  const endpointUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const spec = { endpoint: { name: 'local' } }
  const { options, prepared } = await runIn(folder, { endpointUrl, spec })
  expect(await executeRun(prepared, options, createHooks())).toMatchObject({
    job: { state: 'succeeded' },
  })
  expect([...keys]).toEqual(['local'])
})
