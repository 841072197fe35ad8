import type { AttributeValue, QueryOutput } from '@aws-sdk/client-dynamodb'
import type { TableClient } from '@millrace/ledger'
import { outcomeOf, type Sentence } from './sentence.ts'

export interface TableUnderTest {
  readonly client: TableClient
  readonly tableName: string
}

type Item = Record<string, AttributeValue>

const never = new AbortController().signal

const key = (PK: string, SK = 'META'): Item => ({ PK: { S: PK }, SK: { S: SK } })

async function put({ client, tableName }: TableUnderTest, Item: Item, condition?: string) {
  const ConditionExpression = condition === undefined ? {} : { ConditionExpression: condition }
  const all = { ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const }
  const input = { TableName: tableName, Item, ...ConditionExpression, ...(condition ? all : {}) }
  return await client.send('PutItem', input, never)
}

const get = async ({ client, tableName }: TableUnderTest, Key: Item) =>
  (await client.send('GetItem', { TableName: tableName, Key, ConsistentRead: true }, never)).Item

async function add(table: TableUnderTest, Key: Item, name: string, value: AttributeValue) {
  const { Attributes } = await table.client.send(
    'UpdateItem',
    {
      TableName: table.tableName,
      Key,
      UpdateExpression: `ADD ${name} :value`,
      ExpressionAttributeValues: { ':value': value },
      ReturnValues: 'UPDATED_NEW',
    },
    never,
  )
  return Attributes?.[name]
}

async function update(
  { client, tableName }: TableUnderTest,
  Key: Item,
  UpdateExpression: string,
  condition: string | undefined,
  values: Item,
) {
  const input = {
    TableName: tableName,
    Key,
    UpdateExpression,
    ...(condition === undefined ? {} : { ConditionExpression: condition }),
    ...(Object.keys(values).length === 0 ? {} : { ExpressionAttributeValues: values }),
  }
  await client.send('UpdateItem', input, never)
  return await get({ client, tableName }, Key)
}

const pages = async (table: TableUnderTest, PK: string, more: object) => {
  const found: string[][] = []
  let ExclusiveStartKey: Item | undefined
  do {
    const input = {
      TableName: table.tableName,
      KeyConditionExpression: 'PK = :pk',
      ExpressionAttributeValues: { ':pk': { S: PK } },
      ConsistentRead: true,
      ...(ExclusiveStartKey === undefined ? {} : { ExclusiveStartKey }),
      ...more,
    }
    const answer: QueryOutput = await table.client.send('Query', input, never)
    found.push((answer.Items ?? []).map(({ SK }) => SK?.S ?? ''))
    ExclusiveStartKey = answer.LastEvaluatedKey
  } while (ExclusiveStartKey !== undefined)
  return found.filter((page) => page.length > 0)
}

/** What the ledger relies on, each with what DynamoDB answers by its documentation. */
export const tableSentences: readonly Sentence<TableUnderTest>[] = [
  {
    title: 'an item reads back as it was put',
    run: async (table) => {
      const item = { ...key('a'), n: { N: '7' }, b: { B: Buffer.from([0, 255]) }, m: { M: {} } }
      await put(table, item)
      const read = await get(table, key('a'))
      return [read?.['n']?.N, Buffer.from(read?.['b']?.B ?? []).toString('hex'), read?.['m']?.M]
    },
    wanted: ['7', '00ff', {}],
  },
  {
    title: 'a conditional put is refused where an item is, which stays',
    run: async (table) => {
      await put(table, { ...key('b'), v: { S: 'first' } }, 'attribute_not_exists(PK)')
      const second = put(table, { ...key('b'), v: { S: 'second' } }, 'attribute_not_exists(PK)')
      return [await outcomeOf(second), (await get(table, key('b')))?.['v']?.S]
    },
    wanted: ['ConditionalCheckFailedException', 'first'],
  },
  {
    title: 'a refused put tells the item that is there, when asked',
    run: async (table) => {
      await put(table, { ...key('c'), v: { S: 'first' } })
      const refused = put(table, key('c'), 'attribute_not_exists(PK)')
      return await refused.catch((error: { Item?: Item }) => error.Item?.['v']?.S)
    },
    wanted: 'first',
  },
  {
    title: 'an addition to a set is idempotent and answers the whole set',
    run: async (table) => {
      await add(table, key('d'), 'done', { NS: ['1', '2'] })
      const after = await add(table, key('d'), 'done', { NS: ['2', '3'] })
      return after?.NS?.toSorted()
    },
    wanted: ['1', '2', '3'],
  },
  {
    title: 'an addition to a number counts each time',
    run: async (table) => {
      await add(table, key('e'), 'n', { N: '2' })
      return await add(table, key('e'), 'n', { N: '2' })
    },
    wanted: { N: '4' },
  },
  {
    title: 'an empty set is refused',
    run: (table) => outcomeOf(put(table, { ...key('f'), s: { NS: [] } })),
    wanted: 'ValidationException',
  },
  {
    title: 'a value that no expression uses is refused',
    run: (table) =>
      outcomeOf(
        update(table, key('g'), 'SET a = :a', undefined, { ':a': { S: '' }, ':b': { S: '' } }),
      ),
    wanted: 'ValidationException',
  },
  {
    title: 'an update of what is not there makes an item, unless a condition forbids it',
    run: async (table) => {
      const values = { ':a': { S: 'x' } }
      const made = await update(table, key('h'), 'SET a = :a', undefined, values)
      const refused = update(table, key('i'), 'SET a = :a', 'attribute_exists(PK)', values)
      return [made?.['a']?.S, await outcomeOf(refused), await get(table, key('i'))]
    },
    wanted: ['x', 'ConditionalCheckFailedException', undefined],
  },
  {
    title: 'if_not_exists keeps what is there; REMOVE takes it away',
    run: async (table) => {
      const [first, second] = [{ ':a': { S: '1' } }, { ':a': { S: '2' } }]
      await update(table, key('j'), 'SET a = if_not_exists(a, :a), b = :a', undefined, first)
      const kept = await update(table, key('j'), 'SET a = if_not_exists(a, :a)', undefined, second)
      const removed = await update(table, key('j'), 'REMOVE b', undefined, {})
      return [kept?.['a']?.S, kept?.['b']?.S, removed?.['b']]
    },
    wanted: ['1', '1', undefined],
  },
  {
    title: 'IN, AND and parentheses hold as they read',
    run: async (table) => {
      await put(table, { ...key('k'), s: { S: 'running' }, g: { N: '1' } })
      const condition = 'attribute_exists(PK) AND (s IN (:r, :p) AND g = :g)'
      const states = { ':r': { S: 'running' }, ':p': { S: 'paused' } }
      const change = (g: string) =>
        outcomeOf(update(table, key('k'), 'SET t = :r', condition, { ...states, ':g': { N: g } }))
      return [await change('1'), await change('2')]
    },
    wanted: ['ok', 'ConditionalCheckFailedException'],
  },
  {
    title: 'numbers compare by value, not by spelling',
    run: async (table) => {
      await put(table, { ...key('l'), n: { N: '10' } })
      const values = { ':n': { N: '9.0' }, ':t': { S: '' } }
      return await outcomeOf(update(table, key('l'), 'SET t = :t', 'n > :n', values))
    },
    wanted: 'ok',
  },
  {
    title: 'a query gives sort keys in byte order, page by page',
    run: async (table) => {
      for (const SK of ['0000000010', '0000000002', '0000000001']) await put(table, key('m', SK))
      return await pages(table, 'm', { Limit: 2 })
    },
    wanted: [['0000000001', '0000000002'], ['0000000010']],
  },
  {
    title: 'a query backwards gives them the other way round',
    run: async (table) => {
      for (const SK of ['1', '2']) await put(table, key('n', SK))
      return await pages(table, 'n', { ScanIndexForward: false })
    },
    wanted: [['2', '1']],
  },
  {
    title: 'begins_with on the sort key leaves the others out',
    run: async (table) => {
      for (const SK of ['0#1', '1#1']) await put(table, key('o', SK))
      const KeyConditionExpression = 'PK = :pk AND begins_with(SK, :level)'
      const values = { ':pk': { S: 'o' }, ':level': { S: '0#' } }
      return await pages(table, 'o', {
        KeyConditionExpression,
        ExpressionAttributeValues: values,
      })
    },
    wanted: [['0#1']],
  },
  {
    title: 'an item above 400 KB is refused',
    run: (table) => outcomeOf(put(table, { ...key('p'), b: { B: Buffer.alloc(410 * 1_024) } })),
    wanted: 'ValidationException',
  },
]
