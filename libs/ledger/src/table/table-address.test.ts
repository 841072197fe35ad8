import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb'
import { expect, test } from 'vitest'
import { LedgerError } from '../index.ts'
import { type AddressWanted, tableAddress } from './table-address.ts'

/** Where AWS's client would send a call; nothing is sent. */
async function addressBySdk(wanted: AddressWanted): Promise<{ url: string; region: string }> {
  const { region, endpointUrl, useFips, useDualstack, accountIdMode, accountId } = wanted
  let found: { url: string; region: string } | undefined
  const client = new DynamoDBClient({
    region,
    maxAttempts: 1,
    useFipsEndpoint: useFips,
    useDualstackEndpoint: useDualstack,
    accountIdEndpointMode: accountIdMode,
    ...(endpointUrl === undefined ? {} : { endpoint: endpointUrl }),
    credentials: {
      accessKeyId: 'AKID',
      secretAccessKey: 'secret',
      ...(accountId === undefined ? {} : { accountId }),
    },
    requestHandler: {
      handle: (request: { protocol: string; headers: Record<string, string> }) => {
        const signed = /Credential=AKID\/\d+\/([^/]+)/.exec(request.headers['authorization'] ?? '')
        const url = `${request.protocol}//${request.headers['host']}`
        found = { url, region: signed?.[1] ?? '' }
        throw new Error('nothing is sent')
      },
    },
  })
  const command = new GetItemCommand({ TableName: 'ledger', Key: {} })
  const error = await client.send(command).catch((failure: unknown) => failure)
  if (found === undefined) throw error
  return found
}

const regions = [
  'us-east-1',
  'eu-central-1',
  'cn-north-1',
  'us-gov-west-1',
  'us-iso-east-1',
  'local',
]
const yesNo = [false, true]
const cases = regions.flatMap((region) =>
  yesNo.flatMap((useFips) =>
    yesNo.flatMap((useDualstack) =>
      (['preferred', 'disabled', 'required'] as const).flatMap((accountIdMode) =>
        [undefined, '111122223333'].flatMap((accountId) =>
          [undefined, 'http://127.0.0.1:9'].map(
            (endpointUrl): AddressWanted => ({
              region,
              endpointUrl,
              useFips,
              useDualstack,
              accountIdMode,
              accountId,
            }),
          ),
        ),
      ),
    ),
  ),
)

test(`finds the address that AWS’s client finds, in ${cases.length} cases`, async () => {
  for (const wanted of cases) {
    const theirs = await addressBySdk(wanted).catch(() => undefined)
    expect({ ...wanted, found: ours(wanted) }).toEqual({ ...wanted, found: theirs })
  }
})

function ours(wanted: AddressWanted): { url: string; region: string } | undefined {
  try {
    const { url, signingRegion } = tableAddress(wanted)
    return { url, region: signingRegion }
  } catch (error) {
    if (error instanceof LedgerError) return undefined
    throw error
  }
}
