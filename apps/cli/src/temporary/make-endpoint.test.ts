import { expect, test } from 'vitest'
import { churn, newOrdering, openAccount, refusal, timesAsked } from './local-account.fixture.ts'
import { makeEndpoint } from './make-endpoint.ts'
import type { SageMakerApi } from './sagemaker-api.ts'
import { configNameOf } from './temporary-endpoint.ts'

const never = new AbortController().signal
const pace = { firstMs: 5, everyMs: 20, patienceMs: 20_000 }

const make = (api: SageMakerApi, endpoint = churn, ordering = newOrdering(), given = pace) =>
  makeEndpoint(api, endpoint, ordering, never, given)

test('an endpoint is made of the model, on the instances, and is in service then', async () => {
  const { account, api } = await openAccount({ creatingMs: 100 })
  const ordering = newOrdering()
  expect(await make(api, churn, ordering)).toBe('made')
  expect(ordering).toEqual({ askedAtMs: expect.any(Number), isSeen: true })
  expect(account.endpoints()).toEqual({ [churn.name]: 'InService' })
  expect(account.configs()).toEqual([
    { name: configNameOf(churn), model: 'churn-v3', instanceType: 'ml.m5.xlarge', instances: 2 },
  ])
  expect(timesAsked(account, 'CreateEndpoint')).toBe(1)
})

test.for([
  ['CreateEndpointConfig', 1],
  ['CreateEndpoint', 1],
  ['DescribeEndpoint', 2],
] as const)(
  'where the answer to %s is lost, it is made once all the same',
  async ([lost, times]) => {
    const { account, api } = await openAccount()
    let losses = 0
    account.change({ losesAnswer: (operation) => operation === lost && losses++ < times })
    expect(await make(api)).toBe('made')
    expect(account.endpoints()).toEqual({ [churn.name]: 'InService' })
    expect(timesAsked(account, 'CreateEndpoint')).toBe(1)
    expect(losses).toBeGreaterThanOrEqual(times)
  },
)

test('one that stands already is taken', async () => {
  const { account, api } = await openAccount()
  expect(await make(api)).toBe('made')
  expect(await make(api)).toBe('taken')
  expect(timesAsked(account, 'CreateEndpoint')).toBe(1)
})

test.for([
  ['on other instances', { instances: { type: 'ml.c5.large', count: 1 } }],
  ['of an earlier model of the name', { modelMadeAt: '2025-12-31T00:00:00.000Z' }],
] as const)('one that stands %s is made anew', async ([, other]) => {
  const { account, api } = await openAccount({ deletingMs: 100 })
  await make(api, { ...churn, ...other })
  expect(await make(api)).toBe('made')
  expect(account.endpoints()).toEqual({ [churn.name]: 'InService' })
  expect(account.configs().map(({ name }) => name)).toEqual([configNameOf(churn)])
})

test('one that is being deleted is waited for, and made anew', async () => {
  const { account, api } = await openAccount({ deletingMs: 150 })
  await make(api)
  await api.remove(churn, never)
  expect(account.endpoints()).toEqual({ [churn.name]: 'Deleting' })
  expect(await make(api)).toBe('made')
  expect(account.endpoints()).toEqual({ [churn.name]: 'InService' })
})

test('one that an earlier run saw fail is made anew', async () => {
  const { account, api } = await openAccount({ failure: 'no capacity' })
  await expect(make(api)).rejects.toThrow()
  account.change({ failure: undefined })
  expect(await make(api)).toBe('made')
  expect(account.endpoints()).toEqual({ [churn.name]: 'InService' })
})

test('why nothing came of it is told in the words of SageMaker', async () => {
  const failure = 'The primary container for production variant AllTraffic did not pass the ping.'
  const { api } = await openAccount({ creatingMs: 50, failure })
  await expect(make(api)).rejects.toMatchObject({
    name: 'NotMade',
    message: `endpoint ${churn.name}: could not be made: ${failure}`,
    hint: expect.stringContaining(`/aws/sagemaker/Endpoints/${churn.name}`),
  })
})

test.for([
  [
    'ResourceLimitExceeded',
    "The account-level service limit 'ml.m5.xlarge for endpoint usage' is 0 Instances",
    'Service Quotas',
  ],
  ['AccessDeniedException', 'User: me is not authorized to perform it', 'the policy'],
] as const)(
  '%s ends it at once, with what to do and nothing to delete',
  async ([code, message, hint]) => {
    const { account, api } = await openAccount({
      refuse: (operation) => (operation === 'CreateEndpoint' ? refusal(code, message) : undefined),
    })
    const ordering = newOrdering()
    await expect(make(api, churn, ordering)).rejects.toMatchObject({
      message: expect.stringContaining(message),
      hint: expect.stringContaining(hint),
    })
    expect(ordering).toEqual(newOrdering())
    expect(timesAsked(account, 'CreateEndpoint')).toBe(1)
  },
)

test('what passes by itself is waited for, but not without an end', async () => {
  const throttled = refusal('ThrottlingException', 'Rate exceeded')
  const { account, api } = await openAccount()
  let refusals = 0
  account.change({ refuse: () => (refusals++ < 4 ? throttled : undefined) })
  expect(await make(api)).toBe('made')
  account.change({ refuse: () => throttled })
  const made = make(api, churn, newOrdering(), { ...pace, patienceMs: 300 })
  await expect(made).rejects.toThrow('Rate exceeded')
})

test('who does not want it any more waits for nothing', async () => {
  const { api } = await openAccount({ creatingMs: 60_000 })
  const stop = new AbortController()
  const made = makeEndpoint(api, churn, newOrdering(), stop.signal, pace)
  setTimeout(() => stop.abort(), 100)
  await expect(made).rejects.toThrow('aborted')
})
