import { expect, test } from 'vitest'
import { ConfigError } from './config-error.ts'
import { checkTransport } from './invocation-settings.ts'

const proxies = { https: 'http://proxy:3128' }

test('the stock client behind a proxy is a wrong setting, which is named', () => {
  const config = { MILLRACE_INVOCATION_TRANSPORT: 'sdk' } as const
  const check = () => checkTransport('consumer', config, proxies)
  expect(check).toThrow(ConfigError)
  expect(check).toThrow('MILLRACE_INVOCATION_TRANSPORT: wanted fast, because a proxy is set')
})

test.for([
  { transport: 'sdk', proxies: undefined },
  { transport: 'fast', proxies },
  { transport: 'fast', proxies: undefined },
] as const)('$transport with proxies $proxies is right', ({ transport, proxies: given }) => {
  const config = { MILLRACE_INVOCATION_TRANSPORT: transport }
  expect(() => checkTransport('consumer', config, given)).not.toThrow()
})
