import { expect, test } from 'vitest'
import { z } from 'zod'
import { loadConfig } from './load-config.ts'
import { workerSettings } from './worker-settings.ts'

test.for([
  ['MILLRACE_VISIBILITY_SECONDS', '3 to 43200 seconds'],
  ['MILLRACE_RECEIVE_WAIT_SECONDS', '1 to 20 seconds'],
] as const)('%s that is out of its range is told the range', ([variable, range]) => {
  const load = () => loadConfig('consumer', z.object(workerSettings), { [variable]: '100000' })
  expect(load).toThrow(`${range}, got "100000"`)
})
