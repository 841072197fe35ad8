import { type Graph, graphOf, ofType, STACKS } from '@millrace/infra/graph'
import { TTL_ATTRIBUTE, tableDefinition } from '@millrace/ledger'
import { expect, test } from 'vitest'

/** The ledger's table as a stack creates it, in the words of DynamoDB's API. */
function deployedTable(graph: Graph) {
  const [table] = ofType(graph, 'dynamodb.Table')
  const inputs = table?.inputs as {
    billingMode: string
    hashKey: string
    rangeKey: string
    attributes: { name: string; type: string }[]
    globalSecondaryIndexes: {
      name: string
      keySchemas: { attributeName: string; keyType: string }[]
      projectionType: string
    }[]
    ttl: { attributeName: string; enabled: boolean }
  }
  return {
    BillingMode: inputs.billingMode,
    AttributeDefinitions: inputs.attributes.map(({ name, type }) => ({
      AttributeName: name,
      AttributeType: type,
    })),
    KeySchema: [
      { AttributeName: inputs.hashKey, KeyType: 'HASH' },
      { AttributeName: inputs.rangeKey, KeyType: 'RANGE' },
    ],
    GlobalSecondaryIndexes: inputs.globalSecondaryIndexes.map((index) => ({
      IndexName: index.name,
      KeySchema: index.keySchemas.map(({ attributeName, keyType }) => ({
        AttributeName: attributeName,
        KeyType: keyType,
      })),
      Projection: { ProjectionType: index.projectionType },
    })),
    ttl: inputs.ttl,
  }
}

test.for(STACKS)('the table of the %s stack is the one that tests run on', (stack) => {
  const { TableName: _, ...local } = tableDefinition('ledger')
  const ttl = { attributeName: TTL_ATTRIBUTE, enabled: true }
  expect(deployedTable(graphOf(stack))).toEqual({ ...local, ttl })
})
