import { expect, test } from 'vitest'
import { churn, openAccount, timesAsked } from './local-account.fixture.ts'
import { makeEndpoint } from './make-endpoint.ts'
import { removeEndpoint } from './remove-endpoint.ts'

const never = new AbortController().signal
const pace = { waitMs: 10, giveUpMs: 20_000, orderMs: 3_000 }
const makingPace = { firstMs: 5, everyMs: 20, patienceMs: 20_000 }
const ours = { isOurs: async () => true, onFailure: () => {}, askedAtMs: undefined }

async function standing() {
  const opened = await openAccount()
  await makeEndpoint(opened.api, churn, never, makingPace)
  return opened
}

test('an endpoint is deleted with its configuration', async () => {
  const { account, api } = await standing()
  expect(await removeEndpoint(api, churn, ours, pace)).toBe(true)
  expect(account.endpoints()).toEqual({})
  expect(account.configs()).toEqual([])
})

test.for([
  ['is refused for a while', 'refuse'],
  ['has lost answers', 'losesAnswer'],
] as const)('what %s is deleted all the same', async ([, how]) => {
  const { account, api } = await standing()
  let times = 0
  const refusal = {
    status: 400,
    code: 'ValidationException',
    body: { message: 'Cannot update in-progress endpoint.' },
  }
  const hinders = (operation: string): boolean => operation.startsWith('Delete') && times++ < 3
  account.change(
    how === 'refuse'
      ? { refuse: (operation) => (hinders(operation) ? refusal : undefined) }
      : { losesAnswer: hinders },
  )
  expect(await removeEndpoint(api, churn, ours, pace)).toBe(true)
  expect(account.endpoints()).toEqual({})
  expect(account.configs()).toEqual([])
})

test('one whose order is still on its way is deleted when it has come', async () => {
  const { account, api } = await openAccount()
  const removed = removeEndpoint(api, churn, { ...ours, askedAtMs: performance.now() }, pace)
  setTimeout(() => void api.create(churn, never), 100)
  expect(await removed).toBe(true)
  expect(account.endpoints()).toEqual({})
  expect(timesAsked(account, 'CreateEndpoint')).toBe(1)
})

test('one that never was is not waited for', async () => {
  const { account, api } = await openAccount()
  expect(await removeEndpoint(api, churn, ours, pace)).toBe(true)
  expect(timesAsked(account, 'DeleteEndpoint')).toBe(1)
})

test('one that somebody else keeps now is let alone', async () => {
  const { account, api } = await standing()
  expect(await removeEndpoint(api, churn, { ...ours, isOurs: async () => false }, pace)).toBe(true)
  expect(account.endpoints()).toEqual({ [churn.name]: 'InService' })
})

test('what cannot be deleted is told each time, and given up at last', async () => {
  const denied = {
    status: 400,
    code: 'AccessDeniedException',
    body: { message: 'not authorized to perform: sagemaker:DeleteEndpoint' },
  }
  const { api } = await openAccount({ refuse: () => denied })
  const told: string[] = []
  const onFailure = ({ message }: Error): void => void told.push(message)
  const giving = { ...pace, giveUpMs: 500 }
  expect(await removeEndpoint(api, churn, { ...ours, onFailure }, giving)).toBe(false)
  expect(told.length).toBeGreaterThan(2)
  expect(told[0]).toContain('sagemaker:DeleteEndpoint')
})
