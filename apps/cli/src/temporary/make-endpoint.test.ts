import { expect, test } from 'vitest'
import { churn, openAccount, timesAsked } from './local-account.fixture.ts'
import { makeEndpoint } from './make-endpoint.ts'
import { configNameOf } from './temporary-endpoint.ts'

const never = new AbortController().signal
const pace = { firstMs: 5, everyMs: 20, patienceMs: 20_000 }

test('an endpoint is made of the model, on the instances, and is in service then', async () => {
  const { account, api } = await openAccount({ creatingMs: 100 })
  await makeEndpoint(api, churn, never, pace)
  expect(account.endpoints()).toEqual({ [churn.name]: 'InService' })
  expect(account.configs()).toEqual([
    { name: configNameOf(churn), model: 'churn-v3', instanceType: 'ml.m5.xlarge', instances: 2 },
  ])
  expect(timesAsked(account, 'CreateEndpoint')).toBe(1)
})

test.for(['CreateEndpointConfig', 'CreateEndpoint', 'DescribeEndpoint'])(
  'where the answer to %s is lost, it is made once all the same',
  async (lost) => {
    const { account, api } = await openAccount()
    let losses = 0
    account.change({
      losesAnswer: (operation) => operation === lost && losses++ < 2,
    })
    await makeEndpoint(api, churn, never, pace)
    expect(account.endpoints()).toEqual({ [churn.name]: 'InService' })
    expect(losses).toBeGreaterThan(0)
  },
)

test('one that stands already is taken', async () => {
  const { account, api } = await openAccount()
  expect(await makeEndpoint(api, churn, never, pace)).toBe('made')
  expect(await makeEndpoint(api, churn, never, pace)).toBe('taken')
  expect(timesAsked(account, 'CreateEndpoint')).toBe(1)
})

test('one that stands on other instances is made anew', async () => {
  const { account, api } = await openAccount({ deletingMs: 100 })
  await makeEndpoint(api, { ...churn, instances: { type: 'ml.c5.large', count: 1 } }, never, pace)
  await makeEndpoint(api, churn, never, pace)
  expect(account.endpoints()).toEqual({ [churn.name]: 'InService' })
  expect(account.configs().map(({ instanceType }) => instanceType)).toEqual(['ml.m5.xlarge'])
})

test('one that is being deleted is waited for, and made anew', async () => {
  const { account, api } = await openAccount({ deletingMs: 150 })
  await makeEndpoint(api, churn, never, pace)
  await api.remove(churn, never)
  expect(account.endpoints()).toEqual({ [churn.name]: 'Deleting' })
  await makeEndpoint(api, churn, never, pace)
  expect(account.endpoints()).toEqual({ [churn.name]: 'InService' })
})

test('one that an earlier run saw fail is made anew', async () => {
  const { account, api } = await openAccount({ failure: 'no capacity' })
  await expect(makeEndpoint(api, churn, never, pace)).rejects.toThrow()
  account.change({ failure: undefined })
  await makeEndpoint(api, churn, never, pace)
  expect(account.endpoints()).toEqual({ [churn.name]: 'InService' })
})

test('why nothing came of it is told in the words of SageMaker', async () => {
  const failure = 'The primary container for production variant AllTraffic did not pass the ping.'
  const { api } = await openAccount({ creatingMs: 50, failure })
  await expect(makeEndpoint(api, churn, never, pace)).rejects.toMatchObject({
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
] as const)('%s ends it at once, with what to do', async ([code, message, hint]) => {
  const refusal = { status: 400, code, body: { message } }
  const { account, api } = await openAccount({
    refuse: (operation) => (operation === 'CreateEndpoint' ? refusal : undefined),
  })
  await expect(makeEndpoint(api, churn, never, pace)).rejects.toMatchObject({
    message: expect.stringContaining(message),
    hint: expect.stringContaining(hint),
  })
  expect(timesAsked(account, 'CreateEndpoint')).toBe(1)
})

test('what passes by itself is waited for, but not without an end', async () => {
  const throttled = { status: 400, code: 'ThrottlingException', body: { message: 'Rate exceeded' } }
  const { account, api } = await openAccount()
  let refusals = 0
  account.change({ refuse: () => (refusals++ < 4 ? throttled : undefined) })
  await makeEndpoint(api, churn, never, pace)
  expect(account.endpoints()).toEqual({ [churn.name]: 'InService' })
  account.change({ refuse: () => throttled })
  const made = makeEndpoint(api, churn, never, { ...pace, patienceMs: 300 })
  await expect(made).rejects.toThrow('Rate exceeded')
})

test('who does not want it any more waits for nothing', async () => {
  const { api } = await openAccount({ creatingMs: 60_000 })
  const stop = new AbortController()
  const made = makeEndpoint(api, churn, stop.signal, pace)
  setTimeout(() => stop.abort(), 100)
  await expect(made).rejects.toThrow('aborted')
})
