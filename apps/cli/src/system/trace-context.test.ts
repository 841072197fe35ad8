import { expect, test } from 'vitest'
import { traceContext } from './trace-context.ts'

const TRACEPARENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'

test('the trace of the caller is handed on', () => {
  expect(traceContext({ TRACEPARENT })).toEqual({ traceparent: TRACEPARENT })
  expect(traceContext({ TRACEPARENT, TRACESTATE: 'vendor=1' })).toEqual({
    traceparent: TRACEPARENT,
    tracestate: 'vendor=1',
  })
})

test.for([
  ['nothing', {}],
  ['a state without its parent', { TRACESTATE: 'vendor=1' }],
  ['a word', { TRACEPARENT: 'on' }],
  ['a trace of zeros', { TRACEPARENT: `00-${'0'.repeat(32)}-b7ad6b7169203331-01` }],
  ['upper case', { TRACEPARENT: TRACEPARENT.toUpperCase() }],
] as const)('%s is no trace', ([, env]) => {
  expect(traceContext(env)).toEqual({})
})
