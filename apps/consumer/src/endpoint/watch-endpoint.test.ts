import { type Circuit, InvocationError, type InvocationErrorCode } from '@millrace/invocation'
import { noTelemetry } from '@millrace/service'
import { expect, test } from 'vitest'
import { never, openJobWith } from '../test-data.fixture.ts'
import { endpointTeller, watchInvoke } from './watch-endpoint.ts'

const stateOf = (circuit: Circuit) => ({
  limit: 4,
  inFlight: 1,
  waiting: 0,
  throttles: 0,
  answers: 0,
  circuit,
})

/** A teller with the lines that it writes: what is told, and for what. */
function createTeller() {
  const lines: string[] = []
  const at = (level: string) => (facts: Facts, message: string) =>
    void lines.push([level, facts.endpoint, message, facts.error?.code ?? []].flat().join(' '))
  const logger = { debug: at('debug'), info: at('info'), warn: at('warn') }
  const teller = endpointTeller(logger as Parameters<typeof endpointTeller>[0])
  return {
    lines,
    teller,
    answered: () => teller.answered(churn),
    failed: (code: InvocationErrorCode) => teller.failed(churn, failure(code)),
  }
}

interface Facts {
  readonly endpoint: string
  readonly error?: InvocationError
}

const { endpoint: churn } = openJobWith().job.spec
const failure = (code: InvocationErrorCode) => new InvocationError(code, churn.name, 'in a test')

test('an endpoint that goes and comes back is told once each, with the reason', () => {
  const { lines, teller, answered, failed } = createTeller()
  failed('endpoint_unavailable')
  for (const circuit of ['open', 'probing', 'open', 'probing'] as const) {
    teller.limitChanged('churn-v3', stateOf(circuit))
  }
  answered()
  answered()
  expect(lines.filter((line) => !line.startsWith('debug'))).toEqual([
    'warn churn-v3 endpoint does not answer endpoint_unavailable',
    'info churn-v3 endpoint answers again',
  ])
  expect(lines).toHaveLength(5)
})

test('an endpoint without a worker is told and does not come back', () => {
  const { lines, teller, failed } = createTeller()
  failed('worker_unavailable')
  teller.limitChanged('churn-v3', stateOf('open'))
  failed('worker_unavailable')
  expect(lines).toEqual(['warn churn-v3 endpoint does not answer worker_unavailable'])
})

test('of two endpoints each is told by itself', () => {
  const { lines, teller } = createTeller()
  teller.limitChanged('churn-v3', stateOf('open'))
  teller.limitChanged('late', stateOf('closed'))
  teller.limitChanged('late', stateOf('open'))
  expect(lines).toEqual([
    'warn churn-v3 endpoint does not answer',
    'debug late limit changed',
    'warn late endpoint does not answer',
  ])
})

test.for(['credentials_expired', 'endpoint_not_found', 'model_not_ready'] as const)(
  '%s, which seconds do not mend, is told at the first',
  (code) => {
    const { lines, failed } = createTeller()
    failed(code)
    failed(code)
    expect(lines).toEqual([`warn churn-v3 endpoint does not answer ${code}`])
  },
)

test('a fault that may be chance is not told', () => {
  const { lines, answered, failed } = createTeller()
  for (const code of ['connection_failed', 'model_failed', 'payload_too_large'] as const)
    failed(code)
  answered()
  expect(lines).toEqual([])
})

test('each reason for which it is gone is told', () => {
  const { lines, failed } = createTeller()
  failed('credentials_expired')
  failed('endpoint_not_found')
  expect(lines.map((line) => line.split(' ').at(-1))).toEqual([
    'credentials_expired',
    'endpoint_not_found',
  ])
})

test.for(['rows_rejected', 'batch_rejected', 'endpoint_throttled'] as const)(
  'an endpoint that answers %s is there',
  (code) => {
    const { lines, failed } = createTeller()
    failed('access_denied')
    failed(code)
    expect(lines.at(-1)).toBe('info churn-v3 endpoint answers again')
  },
)

test('what an invocation tells of the endpoint is told', async () => {
  const told: string[] = []
  const teller = {
    answered: () => void told.push('answered'),
    failed: (_: unknown, { code }: InvocationError) => void told.push(code),
  }
  const answers = [failure('access_denied'), new Error('aborted'), undefined]
  const invoke = watchInvoke(
    async () => {
      const error = answers.shift()
      if (error !== undefined) throw error
      return { body: Buffer.from('0.5'), contentType: 'text/csv', durationMs: 1 }
    },
    noTelemetry,
    teller,
  )
  const request = { endpoint: churn, body: Buffer.from('1\n') }
  await expect(invoke(request, never)).rejects.toThrow('access_denied')
  await expect(invoke(request, never)).rejects.toThrow('aborted')
  await invoke(request, never)
  expect(told).toEqual(['access_denied', 'answered'])
})
