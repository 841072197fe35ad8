import { expect, test } from 'vitest'
import { churn, newOrdering, openAccount, refusal, timesAsked } from './local-account.fixture.ts'
import { makeEndpoint } from './make-endpoint.ts'
import { type NotYet, type Removing, removeEndpoint } from './remove-endpoint.ts'

const never = new AbortController().signal
const pace = { waitMs: 10, waitMsMax: 50, giveUpMs: 20_000, progressMs: 20_000, orderMs: 3_000 }
const makingPace = { firstMs: 5, everyMs: 20, patienceMs: 20_000 }
const ACCOUNT = '000000000000'
const ours: Removing = {
  ordering: { askedAtMs: undefined, isSeen: true },
  account: ACCOUNT,
  isOurs: async () => true,
  onNotYet: () => {},
}

async function standing() {
  const opened = await openAccount()
  await makeEndpoint(opened.api, churn, newOrdering(), never, makingPace)
  return opened
}

test('an endpoint is deleted with its configuration', async () => {
  const { account, api } = await standing()
  expect(await removeEndpoint(api, churn, ours, pace)).toBe('deleted')
  expect(account.endpoints()).toEqual({})
  expect(account.configs()).toEqual([])
})

test.for([
  ['is refused for a while', 'refuse'],
  ['has lost answers', 'losesAnswer'],
] as const)('what %s is deleted all the same', async ([, how]) => {
  const { account, api } = await standing()
  let times = 0
  const hinders = (operation: string): boolean => operation.startsWith('Delete') && times++ < 3
  const throttled = refusal('ThrottlingException', 'Rate exceeded')
  account.change(
    how === 'refuse'
      ? { refuse: (operation) => (hinders(operation) ? throttled : undefined) }
      : { losesAnswer: hinders },
  )
  expect(await removeEndpoint(api, churn, ours, pace)).toBe('deleted')
  expect(account.endpoints()).toEqual({})
  expect(account.configs()).toEqual([])
})

test('one that is being made is deleted when that has ended, as SageMaker wants it', async () => {
  const { account, api } = await openAccount({ creatingMs: 400 })
  await api.create(churn, never)
  const told: NotYet[] = []
  const onNotYet = (notYet: NotYet): void => void told.push(notYet)
  // However long that takes.
  const removing = { ...pace, giveUpMs: 0 }
  expect(await removeEndpoint(api, churn, { ...ours, onNotYet }, removing)).toBe('deleted')
  expect(told[0]).toEqual({ why: 'in_progress', message: expect.stringContaining('in-progress') })
  expect(account.endpoints()).toEqual({})
})

test('one whose order is still on its way is deleted when it has come', async () => {
  const { account, api } = await openAccount()
  const ordering = { askedAtMs: performance.now(), isSeen: false }
  const removed = removeEndpoint(api, churn, { ...ours, ordering }, pace)
  setTimeout(() => void api.create(churn, never), 100)
  expect(await removed).toBe('deleted')
  expect(account.endpoints()).toEqual({})
  expect(timesAsked(account, 'CreateEndpoint')).toBe(1)
})

test('one that never was is not waited for, nor told of as deleted', async () => {
  const { account, api } = await openAccount()
  const never_ = { ...ours, ordering: newOrdering() }
  expect(await removeEndpoint(api, churn, never_, pace)).toBe('never_made')
  account.change({ refuse: () => refusal('AccessDeniedException', 'not authorized') })
  expect(await removeEndpoint(api, churn, never_, pace)).toBe('never_made')
  expect(timesAsked(account, 'DeleteEndpoint')).toBe(2)
})

test('one that somebody else keeps now is let alone', async () => {
  const { account, api } = await standing()
  const others = { ...ours, isOurs: async () => false }
  expect(await removeEndpoint(api, churn, others, pace)).toBe('not_ours')
  expect(account.endpoints()).toEqual({ [churn.name]: 'InService' })
})

test('one that was made in another account is not gone because it is not in this one', async () => {
  const { api } = await openAccount()
  const told: NotYet[] = []
  const elsewhere = {
    ...ours,
    account: '123456789012',
    onNotYet: (notYet: NotYet) => void told.push(notYet),
  }
  expect(await removeEndpoint(api, churn, elsewhere, pace)).toBe('left')
  expect(told[0]?.message).toBe(
    `it was made in account 123456789012, and the credentials are of ${ACCOUNT}`,
  )
})

test('a configuration that cannot be deleted leaves no endpoint', async () => {
  const { account, api } = await standing()
  const denied = refusal('AccessDeniedException', 'not authorized')
  account.change({
    refuse: (operation) => (operation === 'DeleteEndpointConfig' ? denied : undefined),
  })
  expect(await removeEndpoint(api, churn, ours, pace)).toBe('deleted')
  expect(account.endpoints()).toEqual({})
})

test('what cannot be deleted is told each time, and left at last', async () => {
  const denied = refusal('AccessDeniedException', 'not authorized to perform: sagemaker:Delete…')
  const { api } = await openAccount({ refuse: () => denied })
  const told: NotYet[] = []
  const onNotYet = (notYet: NotYet): void => void told.push(notYet)
  const giving = { ...pace, giveUpMs: 500 }
  expect(await removeEndpoint(api, churn, { ...ours, onNotYet }, giving)).toBe('left')
  expect(told.length).toBeGreaterThan(2)
  expect(told[0]).toEqual({ why: 'failed', message: expect.stringContaining('sagemaker:Delete') })
})
