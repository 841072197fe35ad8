import * as aws from '@pulumi/aws'
import * as pulumi from '@pulumi/pulumi'
import type { Statement } from './policy.ts'

export interface LedgerTableArgs {
  /** The key of its items; DynamoDB's own when absent. */
  readonly kmsKeyArn?: pulumi.Input<string> | undefined
  /** Refuse to delete it, in Pulumi and in AWS. */
  readonly protect: boolean
}

/** What the apps ask of the table. Nobody scans it, deletes from it or sees its streams. */
export type LedgerCall = 'GetItem' | 'PutItem' | 'UpdateItem' | 'Query'

/** The ledger. Keys, indexes and TTL are those of `libs/ledger/src/table/table.ts`: `e2e/src/ledger-table.test.ts`. */
export class LedgerTable extends pulumi.ComponentResource {
  readonly table: aws.dynamodb.Table

  constructor(name: string, args: LedgerTableArgs, options?: pulumi.ComponentResourceOptions) {
    super('millrace:LedgerTable', name, {}, options)
    this.table = new aws.dynamodb.Table(
      name,
      {
        billingMode: 'PAY_PER_REQUEST',
        hashKey: 'PK',
        rangeKey: 'SK',
        attributes: [
          { name: 'PK', type: 'S' },
          { name: 'SK', type: 'S' },
          { name: 'day', type: 'S' },
          { name: 'active', type: 'S' },
          { name: 'createdAt', type: 'N' },
        ],
        globalSecondaryIndexes: [index('jobs-by-day', 'day'), index('active-jobs', 'active')],
        ttl: { attributeName: 'expiresAt', enabled: true },
        pointInTimeRecovery: { enabled: true },
        deletionProtectionEnabled: args.protect,
        ...(args.kmsKeyArn === undefined
          ? {}
          : { serverSideEncryption: { enabled: true, kmsKeyArn: args.kmsKeyArn } }),
      },
      { parent: this, protect: args.protect },
    )
    this.registerOutputs({ table: this.table.name })
  }

  can(...calls: readonly LedgerCall[]): Statement {
    return {
      Sid: 'KeepLedger',
      Action: calls.map((call) => `dynamodb:${call}`),
      Resource: this.table.arn,
    }
  }

  /** Listing the jobs that have not ended. */
  canListActiveJobs(): Statement {
    const arn = pulumi.interpolate`${this.table.arn}/index/active-jobs`
    return { Sid: 'ListActiveJobs', Action: 'dynamodb:Query', Resource: arn }
  }
}

function index(name: string, hashKey: string) {
  return {
    name,
    keySchemas: [
      { attributeName: hashKey, keyType: 'HASH' },
      { attributeName: 'createdAt', keyType: 'RANGE' },
    ],
    projectionType: 'ALL',
  }
}
