import { expect, test } from 'vitest'
import { lettersPath } from './server/paths.ts'
import { routeOf } from './route.ts'

test.for([
  ['', { kind: 'jobs' }],
  ['#/', { kind: 'jobs' }],
  ['#/nowhere', { kind: 'jobs' }],
  ['#/jobs/', { kind: 'jobs' }],
  ['#/jobs/../letters', { kind: 'jobs' }],
  ['#/jobs/j-4f2a', { kind: 'job', jobId: 'j-4f2a' }],
  ['#/letters', { kind: 'letters' }],
] as const)('the fragment %j shows %o', ([hash, route]) => {
  expect(routeOf(hash)).toEqual(route)
})

test('names in the path of letters cannot reach beyond their place', () => {
  expect(lettersPath('batches', {})).toBe('/api/letters/batches')
  expect(lettersPath('jobs', { job: undefined, code: 'a&b=/..' }, 'messages')).toBe(
    '/api/letters/jobs/messages?code=a%26b%3D%2F..',
  )
})
