import { expect, test } from 'vitest'
import { answerOf } from './answer.ts'

test.for([
  [200, { said: 'done' }, { kind: 'told', told: { said: 'done' } }],
  [401, { error: 'no key' }, { kind: 'locked' }],
  [
    409,
    { error: 'it has ended', hint: 'list' },
    { kind: 'refused', refusal: { error: 'it has ended', hint: 'list' } },
  ],
  [502, null, { kind: 'refused', refusal: { error: 'the console answered with status 502' } }],
] as const)('status %i with %j is taken for %o', async ([status, body, answer]) => {
  expect(await answerOf(Response.json(body, { status }))).toEqual(answer)
})

test('a body that is no JSON is not taken for an answer', async () => {
  await expect(answerOf(new Response('<h1>Another server</h1>'))).rejects.toThrow(SyntaxError)
})
