import { expect, test } from 'vitest'
import { endpointPlace } from './endpoint-place.ts'

const url = 'http://127.0.0.1:9'
const model = { kind: 'model', file: 'model.json', latencyMs: 20 }

test.for([
  [{ localModel: 'model.json' }, model],
  [{ localModel: 'model.json', endpointUrl: url }, model],
  [{ endpointUrl: url }, { kind: 'url', url }],
  [{}, { kind: 'aws' }],
] as const)('by %j, an endpoint is at %j', ([typed, place]) => {
  expect(endpointPlace({ localLatency: 20, ...typed })).toEqual(place)
})
