import { expect, test } from 'vitest'
import type { Sighting } from '../endpoint.ts'
import { explainsFailure } from './explains-failure.ts'

const ROW = '1,2,3'
const OTHER = '4,5,6'

/** Each of them `rows` and what was seen of them, by one machine. */
const seenBy = (
  machine: string,
  ...seen: readonly (readonly [rows: string, saw: Sighting['saw'], times?: number])[]
): Sighting[] =>
  seen.flatMap(([rows, saw, times = 1]) =>
    Array.from({ length: times }, () => ({ machine, rows, saw })),
  )

test.for<[string, readonly Sighting[], string, number]>([
  [
    'a malformed answer, repeated twice',
    seenBy('a', [ROW, 'response_malformed', 3]),
    'response_malformed',
    1,
  ],
  [
    'a model that fails three times, and answers another row then',
    seenBy('a', [ROW, 'model_failed', 3], [OTHER, 'answered']),
    'model_failed',
    1,
  ],
  [
    'one time-out, and an answer to another row then',
    seenBy('a', [ROW, 'invocation_timed_out'], [OTHER, 'answered']),
    'invocation_timed_out',
    1,
  ],
  [
    'a connection that breaks five times, at the last attempt',
    seenBy('a', [`${ROW}\n${OTHER}`, 'connection_failed', 5]),
    'connection_failed',
    5,
  ],
  [
    'an endpoint that is unavailable five times, at the last attempt',
    seenBy('a', [ROW, 'endpoint_unavailable', 5]),
    'endpoint_unavailable',
    5,
  ],
  [
    'nobody answered, at the last attempt',
    seenBy('a', [ROW, 'model_failed', 3]),
    'endpoint_unavailable',
    5,
  ],
])('%s explains that a row has failed', ([, seen, code, attempt]) => {
  expect(explainsFailure(seen, ROW, code, attempt)).toBe(true)
})

test.for<[string, readonly Sighting[], string, number]>([
  ['nothing', [], 'model_failed', 5],
  [
    'a malformed answer, repeated once',
    seenBy('a', [ROW, 'response_malformed', 2]),
    'response_malformed',
    1,
  ],
  [
    'a fault that two machines have seen a part of',
    [
      ...seenBy('a', [ROW, 'response_malformed', 2]),
      ...seenBy('b', [ROW, 'response_malformed', 2]),
    ],
    'response_malformed',
    1,
  ],
  [
    'faults of several kinds',
    seenBy('a', [ROW, 'response_malformed', 2], [ROW, 'model_failed', 2]),
    'response_malformed',
    1,
  ],
  [
    'faults of the row among others',
    seenBy('a', [`${ROW}\n${OTHER}`, 'response_malformed', 3]),
    'response_malformed',
    1,
  ],
  ['throttles', seenBy('a', [ROW, 'endpoint_throttled', 9]), 'endpoint_throttled', 5],
  [
    'a model that fails, and has answered another row before',
    seenBy('a', [OTHER, 'answered'], [ROW, 'model_failed', 3]),
    'model_failed',
    1,
  ],
  [
    'a model that fails, and answers another machine',
    [...seenBy('a', [ROW, 'model_failed', 3]), ...seenBy('b', [OTHER, 'answered'])],
    'model_failed',
    1,
  ],
  [
    'a connection that breaks, at an attempt before the last',
    seenBy('a', [ROW, 'connection_failed', 5]),
    'connection_failed',
    4,
  ],
  [
    'a connection that breaks once, at the last attempt',
    seenBy('a', [ROW, 'connection_failed']),
    'connection_failed',
    5,
  ],
])('%s does not explain it', ([, seen, code, attempt]) => {
  expect(explainsFailure(seen, ROW, code, attempt)).toBe(false)
})
