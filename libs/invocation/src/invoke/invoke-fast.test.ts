import { createServer, type IncomingHttpHeaders, type RequestListener } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { createInvoke, type CreateInvokeOptions } from './create-invoke.ts'
import { flightsEndpoint } from '../flights.fixture.ts'
import { resolveOrigin } from './service-origin.ts'

const never = new AbortController().signal
const request = { endpoint: flightsEndpoint, body: Buffer.from('1,2\n') }

async function serving(listener: RequestListener) {
  const server = createServer(listener)
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

function invokeWith(options: Partial<CreateInvokeOptions>) {
  const invoke = createInvoke({
    region: 'us-east-1',
    credentials: { accessKeyId: 'AKID', secretAccessKey: 'secret' },
    ...options,
  })
  onTestFinished(async () => await invoke.close())
  return invoke
}

const keyOf = (headers: IncomingHttpHeaders): string | undefined =>
  /Credential=([^/]+)/.exec(headers.authorization ?? '')?.[1]

test('when keys expire in mid-run, renews them and asks again', async () => {
  let renewals = 0
  const { url } = await serving((incoming, response) => {
    const renewed = keyOf(incoming.headers) === 'AKID2'
    if (!renewed) response.writeHead(403, { 'x-amzn-errortype': 'ExpiredTokenException' })
    response.end(renewed ? '0.5\n' : '{"Message":"old"}')
  })
  const invoke = invokeWith({
    endpointUrl: url,
    credentials: async () => {
      renewals++
      return {
        accessKeyId: `AKID${renewals}`,
        secretAccessKey: 'secret',
        expiration: new Date(Date.now() + 3_600_000),
      }
    },
  })
  const answers = [await invoke(request, never), await invoke(request, never)]
  expect(answers.map(({ body }) => body.toString())).toEqual(['0.5\n', '0.5\n'])
  expect(renewals).toBe(2)
})

test('asks the provider again before keys expire', async () => {
  const keys: (string | undefined)[] = []
  const { url } = await serving((incoming, response) => {
    keys.push(keyOf(incoming.headers))
    response.end('0.5\n')
  })
  let renewals = 0
  const invoke = invokeWith({
    endpointUrl: url,
    credentials: async () => {
      renewals++
      // Within five minutes of their end AWS's providers count keys as old.
      const leftMs = renewals === 1 ? 60_000 : 3_600_000
      const expiration = new Date(Date.now() + leftMs)
      return { accessKeyId: `AKID${renewals}`, secretAccessKey: 'secret', expiration }
    },
  })
  await invoke(request, never)
  await expect
    .poll(async () => {
      await invoke(request, never)
      return keys.at(-1)
    })
    .not.toBe('AKID1')
})

test('when the clock is off, follows the service’s and asks again', async () => {
  const dates: string[] = []
  const { url } = await serving((incoming, response) => {
    dates.push(String(incoming.headers['x-amz-date']))
    response.setHeader('date', new Date(Date.UTC(2026, 10, 25, 13)).toUTCString())
    const first = dates.length === 1
    if (first) response.writeHead(403, { 'x-amzn-errortype': 'InvalidSignatureException' })
    response.end(first ? '{}' : '0.5\n')
  })
  const invoke = invokeWith({ endpointUrl: url, now: () => Date.UTC(2026, 10, 25, 12) })
  await invoke(request, never)
  await invoke(request, never)
  expect(dates).toEqual(['20261125T120000Z', '20261125T130000Z', '20261125T130000Z'])
})

test('reuses connections', async () => {
  const { server, url } = await serving((_, response) => response.end('0.5\n'))
  let connections = 0
  server.on('connection', () => connections++)
  const invoke = invokeWith({ endpointUrl: url })
  for (let count = 0; count < 5; count++) await invoke(request, never)
  // A pool opens a second one when it is asked in the very turn in which an answer ends.
  expect(connections).toBeLessThanOrEqual(2)
})

test('goes through the proxy that the environment names', async () => {
  const { url } = await serving((_, response) => response.end('0.5\n'))
  const seen: string[] = []
  const proxy = await serving((incoming, response) => {
    seen.push(incoming.url ?? '')
    response.end('0.5\n')
  })
  proxy.server.on('connect', (incoming, socket) => {
    seen.push(incoming.url ?? '')
    const [host, port] = (incoming.url ?? '').split(':')
    const upstream = connect(Number(port), host)
    socket.write('HTTP/1.1 200 Connected\r\n\r\n')
    socket.pipe(upstream).pipe(socket)
  })
  const proxies = { http: proxy.url }
  const invoke = invokeWith({ endpointUrl: url, proxies })
  expect((await invoke(request, never)).body.toString()).toBe('0.5\n')
  expect(seen).toHaveLength(1)

  const direct = invokeWith({ endpointUrl: url, proxies: { ...proxies, no: '127.0.0.1' } })
  await direct(request, never)
  expect(seen).toHaveLength(1)
})

test('refuses a proxy for the stock client, which knows none', () => {
  const options = { region: 'us-east-1', proxies: { https: 'http://p:1' } }
  expect(() => createInvoke({ ...options, transport: 'sdk' })).toThrow('wanted fast')
})

test.for<[object, string, string]>([
  [{ region: 'us-east-1' }, 'https://runtime.sagemaker.us-east-1.amazonaws.com', ''],
  [{ region: 'cn-north-1' }, 'https://runtime.sagemaker.cn-north-1.amazonaws.com.cn', ''],
  [
    { region: 'us-east-1', useFipsEndpoint: true },
    'https://runtime-fips.sagemaker.us-east-1.amazonaws.com',
    '',
  ],
  [
    { region: 'eu-west-1', useDualstackEndpoint: true },
    'https://runtime.sagemaker.eu-west-1.api.aws',
    '',
  ],
  [
    {
      region: 'us-east-1',
      endpoint: 'https://vpce-1.runtime.sagemaker.us-east-1.vpce.amazonaws.com',
    },
    'https://vpce-1.runtime.sagemaker.us-east-1.vpce.amazonaws.com',
    '',
  ],
  [{ region: 'us-east-1', endpoint: 'http://127.0.0.1:9/base' }, 'http://127.0.0.1:9', '/base'],
])('finds the address of %j', async ([config, origin, pathPrefix]) => {
  expect(await resolveOrigin(config)).toMatchObject({ origin, pathPrefix })
})
