import { expect, test } from 'vitest'
import { flights } from './flights.fixture.ts'
import { startEndpoint } from './start-endpoint.ts'

test('on an address that is not this machine, says so', async () => {
  // Of the range that is kept for documents: RFC 5737.
  const host = '192.0.2.1' as '127.0.0.1'
  await expect(
    startEndpoint({ name: 'flights', model: flights.model, host }),
  ).rejects.toMatchObject({
    code: 'listen_failed',
    message: expect.stringContaining('192.0.2.1'),
  })
})
