import {
  type AccountIdEndpointMode,
  NODE_ACCOUNT_ID_ENDPOINT_MODE_CONFIG_OPTIONS as ACCOUNT_ID_MODE,
} from '@aws-sdk/core/account-id-endpoint'
import {
  loadConfig,
  NODE_USE_DUALSTACK_ENDPOINT_CONFIG_OPTIONS as DUALSTACK,
  NODE_USE_FIPS_ENDPOINT_CONFIG_OPTIONS as FIPS,
} from '@smithy/core/config'
import { resolveEndpointConfig } from '@smithy/core/endpoints'

/** What an environment and its profiles say about where a service is. */
export interface ServiceSettings {
  /** Of `AWS_ENDPOINT_URL_<SERVICE>`, `AWS_ENDPOINT_URL` or a profile's `endpoint_url`. */
  readonly endpointUrl: string | undefined
  readonly useFips: boolean
  readonly useDualstack: boolean
  /** Whether a host of the account's own is asked, where a service has such. */
  readonly accountIdMode: AccountIdEndpointMode
}

/**
 * Reads them by the rules of AWS's clients, with their own readers.
 *
 * @param serviceId as in AWS's models, such as `DynamoDB`.
 */
export async function readServiceSettings(serviceId: string): Promise<ServiceSettings> {
  const [endpointUrl, useFips, useDualstack, accountIdMode] = await Promise.all([
    configuredUrl(serviceId),
    loadConfig(FIPS)(),
    loadConfig(DUALSTACK)(),
    loadConfig(ACCOUNT_ID_MODE)(),
  ])
  return {
    endpointUrl,
    useFips: useFips ?? false,
    useDualstack: useDualstack ?? false,
    accountIdMode,
  }
}

async function configuredUrl(serviceId: string): Promise<string | undefined> {
  // Only its reader of configured URLs is wanted.
  const unused = (): never => {
    throw new Error('not asked')
  }
  const config = resolveEndpointConfig({ serviceId, urlParser: unused, endpointProvider: unused })
  return await config.serviceConfiguredEndpoint?.()
}
