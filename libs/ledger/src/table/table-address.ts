import { partition } from '@aws-sdk/core/client'
import type { ServiceSettings } from '@millrace/aws'
import { LedgerError } from './ledger-error.ts'

export interface TableAddress {
  readonly url: string
  readonly signingRegion: string
}

export interface AddressWanted extends ServiceSettings {
  readonly region: string
  /** The account of the credentials, where they tell it. */
  readonly accountId: string | undefined
}

/**
 * Where DynamoDB is, by the endpoint rules of AWS's client as far as they are for items.
 *
 * @throws {LedgerError} `invalid_request` for settings that go together in no place.
 */
export function tableAddress(wanted: AddressWanted): TableAddress {
  const { region, endpointUrl, useFips, useDualstack } = wanted
  if (endpointUrl !== undefined) {
    refuse(useFips, 'FIPS and an endpoint URL')
    refuse(useDualstack, 'dual stack and an endpoint URL')
    return { url: endpointUrl, signingRegion: region }
  }
  if (region === 'local') {
    refuse(useFips || useDualstack, 'FIPS or dual stack and the region local')
    return { url: 'http://localhost:8000', signingRegion: 'us-east-1' }
  }
  return { url: `https://${hostOf(wanted)}`, signingRegion: region }
}

function hostOf(wanted: AddressWanted): string {
  const { region, useFips, useDualstack, accountIdMode } = wanted
  const { name, dnsSuffix, dualStackDnsSuffix, supportsFIPS, supportsDualStack } = partition(region)
  refuse(useFips && !supportsFIPS, `FIPS and the region ${region}`)
  refuse(useDualstack && !supportsDualStack, `dual stack and the region ${region}`)
  const suffix = useDualstack ? dualStackDnsSuffix : dnsSuffix
  if (useFips) {
    refuse(accountIdMode === 'required', 'FIPS and hosts of accounts')
    // All of GovCloud is FIPS.
    const isFipsAnyway = name === 'aws-us-gov' && !useDualstack
    return `${isFipsAnyway ? 'dynamodb' : 'dynamodb-fips'}.${region}.${suffix}`
  }
  const accountId = accountOf(wanted, name)
  return accountId === undefined
    ? `dynamodb.${region}.${suffix}`
    : `${accountId}.ddb.${region}.${suffix}`
}

/** Regions of other partitions than `aws` that have hosts of accounts. */
const MORE_WITH_ACCOUNTS = ['us-gov-east-1', 'us-gov-west-1', 'cn-north-1', 'cn-northwest-1']

function accountOf(
  { region, accountIdMode, accountId }: AddressWanted,
  partitionName: string,
): string | undefined {
  const hasAccounts = partitionName === 'aws' || MORE_WITH_ACCOUNTS.includes(region)
  const isRequired = accountIdMode === 'required'
  refuse(isRequired && !hasAccounts, `hosts of accounts and the region ${region}`)
  refuse(isRequired && accountId === undefined, 'hosts of accounts and keys without an account')
  return hasAccounts && accountIdMode !== 'disabled' ? accountId : undefined
}

function refuse(isWrong: boolean, both: string): void {
  if (!isWrong) return
  throw new LedgerError('invalid_request', `reach DynamoDB: ${both} do not go together`, {
    hint: 'look at AWS_USE_FIPS_ENDPOINT, AWS_USE_DUALSTACK_ENDPOINT and AWS_ACCOUNT_ID_ENDPOINT_MODE',
  })
}
