import type { AttributeValue } from '@aws-sdk/client-dynamodb'
import { expect, test } from 'vitest'
import type { TableClient, TableOperations } from '../index.ts'
import { clientOf, json, refuse, scriptedTable } from '../scripted-table.fixture.ts'

/*
 * AWS's client is the oracle: what it would send we send, and what it reads we read. Inputs and outputs
 * come from a seed.
 */

const SEED = 4_711
const ROUNDS = 300
const never = new AbortController().signal

type Random = () => number
type Item = Record<string, AttributeValue>

test(`sends what AWS’s client sends, over ${ROUNDS} random inputs (seed ${SEED})`, async () => {
  const random = randomOf(SEED)
  const { asked, url } = await scriptedTable((response) => json(response, {}))
  const clients = bothOf(`${url}/base`)
  for (let round = 0; round < ROUNDS; round += 1) {
    const [operation, input] = randomInput(random)
    for (const client of clients) await client.send(operation, input as never, never)
    const [ours, theirs] = asked.splice(0)
    expect(JSON.parse(ours!.body)).toEqual(JSON.parse(theirs!.body))
    for (const header of ['content-type', 'x-amz-target', 'host'] as const) {
      expect(ours!.headers[header]).toBe(theirs!.headers[header])
    }
    expect(ours!.path).toBe(theirs!.path)
  }
})

test(`reads what AWS’s client reads, over ${ROUNDS} random answers (seed ${SEED})`, async () => {
  const random = randomOf(SEED)
  let answer: object = {}
  const { url } = await scriptedTable((response) => json(response, onTheWire(answer)))
  const [ours, theirs] = bothOf(url)
  for (let round = 0; round < ROUNDS; round += 1) {
    const [operation, output] = randomOutput(random)
    answer = output
    const input = { TableName: 'ledger' } as never
    const read = await ours.send(operation, input, never)
    const answered: object = await theirs.send(operation, input, never)
    const { $metadata: _, ...wanted } = answered as { readonly $metadata: object }
    expect(marked(read)).toEqual(marked(wanted))
    expect(marked(read)).toEqual(marked(output))
  }
})

test('of a condition that fails, gives the item that it has met', async () => {
  const random = randomOf(SEED)
  for (let round = 0; round < 50; round += 1) {
    const Item = randomItem(random)
    const { url } = await scriptedTable((response) => {
      const facts = { message: 'The conditional request failed', Item: onTheWire(Item) }
      refuse(response, 'ConditionalCheckFailedException', facts)
    })
    const [ours, theirs] = await Promise.all(
      bothOf(url).map((client) =>
        client.send('PutItem', { TableName: 'ledger', Item: {} }, never).then(
          () => undefined,
          (error: Error & { Item: Item }) => error,
        ),
      ),
    )
    for (const error of [ours, theirs]) {
      expect(error).toMatchObject({
        name: 'ConditionalCheckFailedException',
        message: 'The conditional request failed',
        $metadata: { httpStatusCode: 400 },
      })
      expect(marked(error?.Item)).toEqual(marked(Item))
    }
  }
})

test('reads bytes of a page apart, though they lie in one memory', async () => {
  const page = { Items: [{ a: { B: 'AQID' } }, { a: { B: 'BAU=' }, b: { B: '' } }] }
  const { url } = await scriptedTable((response) => json(response, page))
  const { Items = [] } = await clientOf({ endpointUrl: url }).send(
    'Query',
    { TableName: 'ledger' },
    never,
  )
  const bytes = Items.map((item) => Object.values(item).map(({ B = [] }) => [...B]))
  expect(bytes).toEqual([[[1, 2, 3]], [[4, 5], []]])
})

const bothOf = (endpointUrl: string) =>
  [
    clientOf({ endpointUrl, transport: 'fast' }),
    clientOf({ endpointUrl, transport: 'sdk' }),
  ] as const satisfies readonly TableClient[]

function randomInput(random: Random): [keyof TableOperations, object] {
  const TableName = 'ledger'
  const maybe = (value: object): object => (random() < 0.5 ? value : {})
  const more = {
    TableName,
    ...maybe({ ExpressionAttributeNames: { '#a': randomText(random) } }),
    ...maybe({ ExpressionAttributeValues: randomItem(random) }),
    ...maybe({ ReturnConsumedCapacity: 'TOTAL' }),
  }
  const [Item, Key] = [randomItem(random), randomItem(random)]
  const condition = maybe({ ConditionExpression: `attribute_not_exists(${randomText(random)})` })
  const page = {
    ...maybe({ ExclusiveStartKey: Key }),
    ...maybe({ Limit: Math.ceil(random() * 1_000) }),
    ...maybe({ ScanIndexForward: random() < 0.5 }),
  }
  return pick<[keyof TableOperations, object]>(random, [
    ['PutItem', { ...more, ...condition, Item, ReturnValuesOnConditionCheckFailure: 'ALL_OLD' }],
    [
      'UpdateItem',
      { ...more, ...condition, Key, UpdateExpression: 'ADD d :d', ReturnValues: 'ALL_NEW' },
    ],
    ['GetItem', { TableName, Key, ConsistentRead: random() < 0.5 }],
    ['Query', { ...more, KeyConditionExpression: 'PK = :pk', ...page, IndexName: 'index' }],
  ])
}

function randomOutput(random: Random): [keyof TableOperations, object] {
  const [item, key] = [randomItem(random), randomItem(random)]
  const Items = Array.from({ length: Math.floor(random() * 4) }, () => randomItem(random))
  const LastEvaluatedKey = random() < 0.5 ? { LastEvaluatedKey: key } : {}
  const ConsumedCapacity = { TableName: 'ledger', CapacityUnits: 1.5 }
  return pick<[keyof TableOperations, object]>(random, [
    ['PutItem', { ConsumedCapacity }],
    ['UpdateItem', { Attributes: item }],
    ['GetItem', random() < 0.5 ? {} : { Item: item, ConsumedCapacity }],
    ['Query', { Items, Count: Items.length, ScannedCount: 9, ...LastEvaluatedKey }],
  ])
}

function randomItem(random: Random): Item {
  const names = Array.from({ length: Math.floor(random() * 5) }, () => randomText(random))
  return Object.fromEntries(names.map((name) => [name, randomValue(random, 0)]))
}

function randomValue(random: Random, depth: number): AttributeValue {
  const bytes = () => Uint8Array.from({ length: Math.floor(random() * 9) }, () => random() * 256)
  const list = <T>(make: () => T): T[] => Array.from({ length: 1 + Math.floor(random() * 3) }, make)
  const flat: AttributeValue[] = [
    { S: randomText(random) },
    { N: String(random() * 10 ** Math.floor(random() * 30)) },
    { B: bytes() },
    // A view of a larger memory, as all that comes from a pool is.
    { B: Buffer.from([9, 9, 9, 9]).subarray(1, 3) },
    { BOOL: random() < 0.5 },
    { NULL: true },
    { NS: list(() => String(Math.floor(random() * 1e6))) },
    { SS: list(() => randomText(random)) },
    { BS: list(bytes) },
  ]
  if (depth > 2 || random() < 0.7) return pick(random, flat)
  const values = list(() => randomValue(random, depth + 1))
  return random() < 0.5
    ? { L: values }
    : { M: Object.fromEntries(values.map((value, index) => [`k${index}`, value])) }
}

const TEXTS = [
  '',
  'ça',
  '"quoted"\\',
  'line\nfeed',
  '\u2028',
  '😀',
  'a'.repeat(300),
  '\u0000',
  'PK',
]
const randomText = (random: Random): string =>
  `${pick(random, TEXTS)}${Math.floor(random() * 1_000)}`

const pick = <T>(random: Random, choices: readonly T[]): T =>
  choices[Math.floor(random() * choices.length)]!

/** Bytes as the base64 that DynamoDB writes. */
const onTheWire = (value: unknown): unknown =>
  replacingBytes(value, (bytes) => Buffer.from(bytes).toString('base64'))

/** Bytes as something that no text is, whatever class holds them. */
const marked = (value: unknown): unknown =>
  replacingBytes(value, (bytes) => ({ bytes: [...bytes] }))

function replacingBytes(value: unknown, by: (bytes: Uint8Array) => unknown): unknown {
  if (value instanceof Uint8Array) return by(value)
  if (Array.isArray(value)) return value.map((each) => replacingBytes(each, by))
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).map(([name, each]) => [name, replacingBytes(each, by)])
  return Object.fromEntries(entries)
}

function randomOf(seed: number): Random {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}
