import type { Circuit } from '@millrace/invocation'
import { expect, test } from 'vitest'
import { endpointTeller } from './watch-endpoint.ts'

const stateOf = (circuit: Circuit) => ({
  limit: 4,
  inFlight: 1,
  waiting: 0,
  throttles: 0,
  answers: 0,
  circuit,
})

/** A teller with the lines that it writes. */
function teller() {
  const lines: string[] = []
  const at = (level: string) => (facts: object, message: string) =>
    void lines.push(`${level} ${(facts as { endpoint: string }).endpoint} ${message}`)
  const tell = endpointTeller({
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
  } as Parameters<typeof endpointTeller>[0])
  return { lines, tell }
}

test('an endpoint that goes and comes back is told once each', () => {
  const { lines, tell } = teller()
  for (const circuit of ['open', 'probing', 'open', 'probing', 'closed', 'closed'] as const) {
    tell('churn', stateOf(circuit))
  }
  expect(lines.filter((line) => !line.startsWith('debug'))).toEqual([
    'warn churn endpoint does not answer',
    'info churn endpoint answers again',
  ])
  expect(lines).toHaveLength(6)
})

test('of two endpoints each is told by itself', () => {
  const { lines, tell } = teller()
  tell('churn', stateOf('open'))
  tell('late', stateOf('closed'))
  tell('late', stateOf('open'))
  expect(lines).toEqual([
    'warn churn endpoint does not answer',
    'debug late limit changed',
    'warn late endpoint does not answer',
  ])
})
