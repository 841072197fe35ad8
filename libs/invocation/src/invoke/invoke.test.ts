import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import {
  type EndpointBehaviour,
  type FaultKind,
  loadXgboostModel,
  startEndpoint,
} from '@millrace/endpoint'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createInvoke } from './create-invoke.ts'
import {
  batchOf,
  flights,
  flightsEndpoint,
  flightsModel,
  testCredentials,
} from '../flights.fixture.ts'
import type { InvocationErrorCode } from './invocation-error.ts'

const never = new AbortController().signal
const model = loadXgboostModel(flightsModel)
let endpoint: Awaited<ReturnType<typeof startEndpoint>>

beforeAll(async () => {
  endpoint = await startEndpoint({
    name: 'flights',
    model,
    accessKeyId: testCredentials.accessKeyId,
  })
})
afterAll(async () => await endpoint.close())

const CALM: EndpointBehaviour = { faults: {}, outage: false, poisonRows: [], variant: 'AllTraffic' }

describe.for(['fast', 'sdk'] as const)('over the %s transport', (transport) => {
  const options = { region: 'us-east-1', credentials: testCredentials, transport }
  const { body } = batchOf(0, 3)

  async function invoking<T>(
    behaviour: EndpointBehaviour,
    use: (invoke: ReturnType<typeof createInvoke>) => Promise<T>,
    timeoutMs?: number,
  ): Promise<T> {
    endpoint.change({ ...CALM, ...behaviour })
    const invoke = createInvoke({ ...options, endpointUrl: endpoint.url, timeoutMs })
    try {
      return await use(invoke)
    } finally {
      await invoke.close()
    }
  }

  test('gives back the body, its type and the variant that answered', async () => {
    const answer = await invoking({ variant: 'blue' }, (invoke) =>
      invoke({ endpoint: flightsEndpoint, body }, never),
    )
    expect(answer.body.toString().trimEnd().split('\n')).toEqual(flights.expected.slice(0, 3))
    expect(answer).toMatchObject({ contentType: 'text/csv; charset=utf-8', variant: 'blue' })
    expect(answer.durationMs).toBeGreaterThan(0)
  })

  test('sends variant, model, component and inference id', async () => {
    const server = await answering((request, response) => {
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify(request.headers))
    })
    const routed = {
      ...flightsEndpoint,
      variant: 'green',
      model: 'm/1.tar.gz',
      inferenceComponent: 'part',
      accept: 'application/json',
    }
    const invoke = createInvoke({ ...options, endpointUrl: server.url })
    const answer = await invoke({ endpoint: routed, body, inferenceId: 'job-7' }, never)
    await invoke.close()
    server.close()
    expect(JSON.parse(answer.body.toString())).toMatchObject({
      accept: 'application/json',
      'content-type': 'text/csv',
      'x-amzn-sagemaker-target-variant': 'green',
      'x-amzn-sagemaker-target-model': 'm/1.tar.gz',
      'x-amzn-sagemaker-inference-component': 'part',
      'x-amzn-sagemaker-inference-id': 'job-7',
    })
  })

  test.for<[FaultKind, InvocationErrorCode]>([
    ['throttle', 'endpoint_throttled'],
    ['internal_failure', 'endpoint_unavailable'],
    ['unavailable', 'endpoint_unavailable'],
    ['dependency_failure', 'endpoint_unavailable'],
    ['not_ready', 'model_not_ready'],
    ['no_capacity', 'model_not_ready'],
    ['access_denied', 'access_denied'],
    ['expired_token', 'credentials_expired'],
    ['too_large', 'payload_too_large'],
    ['oversize_body', 'payload_too_large'],
    ['model_400', 'rows_rejected'],
    ['model_413', 'payload_too_large'],
    ['model_429', 'endpoint_throttled'],
    ['queue_full', 'worker_unavailable'],
    ['model_500', 'model_failed'],
    ['model_503', 'model_failed'],
    ['model_timeout', 'invocation_timed_out'],
    ['reset', 'connection_failed'],
    ['cut_body', 'connection_failed'],
  ])('calls a %s %s', async ([fault, code]) => {
    const failing = invoking({ faults: { [fault]: 1 } }, (invoke) =>
      invoke({ endpoint: flightsEndpoint, body }, never),
    )
    await expect(failing).rejects.toMatchObject({ name: 'InvocationError', code })
  })

  test('calls what is not answered in time invocation_timed_out', async () => {
    const hanging = invoking(
      { faults: { hang: 1 } },
      (invoke) => invoke({ endpoint: flightsEndpoint, body }, never),
      100,
    )
    await expect(hanging).rejects.toMatchObject({ code: 'invocation_timed_out' })
  })

  test('keeps the container’s own words of a refused row', async () => {
    const failing = invoking({ poisonRows: () => true }, (invoke) =>
      invoke({ endpoint: flightsEndpoint, body }, never),
    )
    await expect(failing).rejects.toMatchObject({
      code: 'rows_rejected',
      words: expect.stringMatching(/could not convert string to float/),
    })
  })

  test('calls an endpoint of another name not found', async () => {
    const failing = invoking({}, (invoke) =>
      invoke({ endpoint: { ...flightsEndpoint, name: 'other' }, body }, never),
    )
    await expect(failing).rejects.toMatchObject({ code: 'endpoint_not_found', kind: 'systemic' })
  })

  test('calls a request that the endpoint does not take refused', async () => {
    const server = await answering((_, response) => {
      response.writeHead(400, { 'x-amzn-errortype': 'ValidationError' })
      response.end(JSON.stringify({ Message: 'TargetVariant is not taken by this endpoint' }))
    })
    const invoke = createInvoke({ ...options, endpointUrl: server.url })
    const failing = invoke({ endpoint: flightsEndpoint, body }, never)
    await expect(failing).rejects.toMatchObject({ code: 'request_refused', kind: 'systemic' })
    await invoke.close()
    server.close()
  })

  test('calls keys of another account denied', async () => {
    const invoke = createInvoke({
      ...options,
      endpointUrl: endpoint.url,
      credentials: { accessKeyId: 'AKIDOTHER', secretAccessKey: 'x' },
    })
    await expect(invoke({ endpoint: flightsEndpoint, body }, never)).rejects.toMatchObject({
      code: 'access_denied',
    })
    await invoke.close()
  })

  test('calls a refused connection unreachable', async () => {
    const invoke = createInvoke({ ...options, endpointUrl: 'http://127.0.0.1:1' })
    await expect(invoke({ endpoint: flightsEndpoint, body }, never)).rejects.toMatchObject({
      code: 'endpoint_unreachable',
    })
    await invoke.close()
  })

  test('calls a clock that is wrong skewed', async () => {
    const server = await answering((_, response) => {
      response.writeHead(403, { 'x-amzn-errortype': 'RequestTimeTooSkewed' }).end('{}')
    })
    const invoke = createInvoke({ ...options, endpointUrl: server.url })
    await expect(invoke({ endpoint: flightsEndpoint, body }, never)).rejects.toMatchObject({
      code: 'clock_skewed',
      kind: 'systemic',
    })
    await invoke.close()
    server.close()
  })

  test('calls what speaks no TLS refused', async () => {
    const endpointUrl = endpoint.url.replace('http:', 'https:')
    const invoke = createInvoke({ ...options, endpointUrl })
    await expect(invoke({ endpoint: flightsEndpoint, body }, never)).rejects.toMatchObject({
      code: 'tls_refused',
      retryable: false,
    })
    await invoke.close()
  })

  test('without keys, sends nothing and says so', async () => {
    const found = Object.assign(new Error('no keys'), { name: 'CredentialsProviderError' })
    const nothing = () => Promise.reject(found)
    const before = endpoint.stats.invocations
    const invoke = createInvoke({ ...options, endpointUrl: endpoint.url, credentials: nothing })
    await expect(invoke({ endpoint: flightsEndpoint, body }, never)).rejects.toMatchObject({
      code: 'credentials_missing',
      kind: 'systemic',
    })
    expect(endpoint.stats.invocations).toBe(before)
    await invoke.close()
  })

  test('on abort in mid-invocation, rejects with the reason', async () => {
    const controller = new AbortController()
    const failing = invoking({ faults: { hang: 1 } }, async (invoke) => {
      const answer = invoke({ endpoint: flightsEndpoint, body }, controller.signal)
      controller.abort(new Error('drained'))
      return await answer
    })
    await expect(failing).rejects.toThrow('drained')
  })

  test.for<[number, InvocationErrorCode, string, string]>([
    [413, 'payload_too_large', 'HTML', '<html>no</html>'],
    [502, 'endpoint_unavailable', 'HTML', '<html>no</html>'],
    [429, 'endpoint_throttled', 'HTML', '<html>no</html>'],
    [418, 'unknown', 'HTML', '<html>no</html>'],
    [429, 'endpoint_throttled', 'a number', '{"code":429,"message":"slow down"}'],
    [503, 'endpoint_unavailable', 'objects', '{"__type":{},"message":{"en":"later"}}'],
    [418, 'unknown', 'causes without end', `${'{"cause":'.repeat(2e4)}{}${'}'.repeat(2e4)}`],
  ])('calls a nameless %i from a proxy %s, which says %s', async ([status, code, , words]) => {
    const server = await answering((_, response) => {
      response.writeHead(status).end(words)
    })
    const invoke = createInvoke({ ...options, endpointUrl: server.url })
    await expect(invoke({ endpoint: flightsEndpoint, body }, never)).rejects.toMatchObject({ code })
    await invoke.close()
    server.close()
  })
})

/** A server of one answer, for what a SageMaker endpoint never says. */
async function answering(listener: RequestListener) {
  const server = createServer(listener)
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}
