import { expect, test } from 'vitest'
import { churn } from './local-account.fixture.ts'
import { configNameOf, nameTemporary } from './temporary-endpoint.ts'
import { temporaryWanted } from './temporary-wanted.ts'

const NAME = /^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}$/

test('the same job over the same state has the same endpoint, and no other has', () => {
  const name = nameTemporary('churn-v3', ['place', 'j-4f2a'])
  expect(name).toMatch(/^millrace-churn-v3-[0-9a-f]{8}$/)
  expect(nameTemporary('churn-v3', ['place', 'j-4f2a'])).toBe(name)
  expect(nameTemporary('churn-v3', ['other', 'j-4f2a'])).not.toBe(name)
  expect(nameTemporary('churn-v4', ['place', 'j-4f2a'])).not.toBe(name)
})

test.for([63, 40, 37, 36, 1])(
  'a model whose name has %i characters gives names that SageMaker takes',
  (chars) => {
    const model = 'xgboost-2026-11-30-06-21-33-921-a-model-of-a-training-job-long-x'.slice(0, chars)
    const endpoint = { ...churn, name: nameTemporary(model, []), model }
    expect(endpoint.name).toMatch(NAME)
    expect(configNameOf(endpoint)).toMatch(NAME)
  },
)

test('half of what was typed is refused, with the other half', () => {
  const { instances } = churn
  expect(temporaryWanted({})).toBeUndefined()
  expect(() => temporaryWanted({ temporaryEndpoint: 'churn-v3' })).toThrow('wanted --instance')
  expect(() => temporaryWanted({ instance: instances })).toThrow('is for --temporary-endpoint')
})
