import { describe, expect, test } from 'vitest'
import { evaluate, type Request } from './evaluate.ts'
import type { PolicyJson, StatementJson } from './policy-json.ts'

const QUEUE = 'arn:aws:sqs:us-east-1:123456789012:batches'
const policy = (...Statement: StatementJson[]): PolicyJson => ({ Version: '2012-10-17', Statement })
const allow = (change: Partial<StatementJson> = {}): StatementJson => ({
  Effect: 'Allow',
  Action: 'sqs:SendMessage',
  Resource: QUEUE,
  ...change,
})
const send = (change: Partial<Request> = {}): Request => ({
  action: 'sqs:SendMessage',
  resource: QUEUE,
  context: {},
  ...change,
})

describe('what a statement allows', () => {
  test.for<[string, StatementJson, Request, string]>([
    ['the action on the resource', allow(), send(), 'allowed'],
    ['an action in other letters', allow({ Action: 'SQS:sendmessage' }), send(), 'allowed'],
    ['an action of a list', allow({ Action: ['sqs:A', 'sqs:SendMessage'] }), send(), 'allowed'],
    ['no other action', allow(), send({ action: 'sqs:ReceiveMessage' }), 'not_allowed'],
    ['no longer action', allow(), send({ action: 'sqs:SendMessageBatch' }), 'not_allowed'],
    ['no other resource', allow(), send({ resource: `${QUEUE}-dlq` }), 'not_allowed'],
    [
      'no resource in other letters',
      allow(),
      send({ resource: QUEUE.toUpperCase() }),
      'not_allowed',
    ],
    ['what a star covers', allow({ Resource: 'arn:aws:sqs:*:batch*' }), send(), 'allowed'],
    [
      'what a question mark covers',
      allow({ Resource: QUEUE.replace('s', '?') }),
      send(),
      'allowed',
    ],
    ['a dot as a dot', allow({ Action: 'sqs.SendMessage' }), send(), 'not_allowed'],
    ['nothing without a resource', allow({ Resource: [] }), send(), 'not_allowed'],
  ])('%s', ([, statement, request, kind]) => {
    expect(evaluate([policy(statement)], [], request).kind).toBe(kind)
  })
})

describe('what a condition asks', () => {
  test.for<[string, StatementJson['Condition'], Record<string, string>, string]>([
    ['equal', { StringEquals: { k: 'a' } }, { k: 'a' }, 'allowed'],
    ['one of several', { StringEquals: { k: ['a', 'b'] } }, { k: 'b' }, 'allowed'],
    ['not equal', { StringEquals: { k: 'a' } }, { k: 'A' }, 'not_allowed'],
    ['absent', { StringEquals: { k: 'a' } }, {}, 'not_allowed'],
    ['like', { StringLike: { k: 'in/*' } }, { k: 'in/x' }, 'allowed'],
    ['not like', { StringLike: { k: 'in/*' } }, { k: 'out/x' }, 'not_allowed'],
    [
      'a star is no wildcard of equality',
      { StringEquals: { k: 'in/*' } },
      { k: 'in/x' },
      'not_allowed',
    ],
    [
      'both operators',
      { StringLike: { k: 'a*' }, Bool: { t: 'true' } },
      { k: 'ab' },
      'not_allowed',
    ],
    ['both keys', { StringEquals: { a: '1', b: '2' } }, { a: '1', b: '2' }, 'allowed'],
  ])('%s', ([, Condition, context, kind]) => {
    const statement = allow(Condition === undefined ? {} : { Condition })
    expect(evaluate([policy(statement)], [], send({ context })).kind).toBe(kind)
  })
})

test('a refusal wins over what is allowed, wherever it stands', () => {
  const deny = allow({ Effect: 'Deny', Resource: '*' })
  expect(evaluate([policy(allow(), deny)], [], send()).kind).toBe('denied')
  expect(evaluate([policy(allow())], [policy(deny)], send()).kind).toBe('denied')
})

test('what only the resource allows is not counted as allowed', () => {
  expect(evaluate([], [policy(allow())], send()).kind).toBe('not_allowed')
})

describe('what it cannot judge stops it', () => {
  test.for<[string, object]>([
    ['an operator', { Condition: { NumericLessThan: { k: '1' } } }],
    ['an element', { NotAction: 's3:*' }],
    ['a variable', { Resource: 'arn:aws:s3:::home/${aws:username}' }],
  ])('%s', ([, change]) => {
    const statement = { ...allow(), ...change } as StatementJson
    expect(() => evaluate([policy(statement)], [], send())).toThrow('not judged')
  })
})
