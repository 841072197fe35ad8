import { defaultProvider } from '@aws-sdk/credential-provider-node'
import {
  doesIdentityRequireRefresh,
  isIdentityExpired,
  memoizeIdentityProvider,
} from '@smithy/core'
import type { AwsCredentialIdentity, AwsCredentialIdentityProvider } from '@smithy/types'

/** Keys, or who gives them: as AWS's clients take them. */
export type CredentialsGiven = AwsCredentialIdentity | AwsCredentialIdentityProvider

/** Gives the keys of the moment; asks anew for those that are old, or when it is told to. */
export type CredentialsProvider = (renew?: {
  readonly forceRefresh: true
}) => Promise<AwsCredentialIdentity>

/**
 * Keys as AWS's clients come to them, without one: by default the whole chain (environment, profile,
 * SSO, web identity, container, instance). They are kept, and renewed five minutes before they end.
 */
export function createCredentials(
  region: string,
  given: CredentialsGiven | undefined,
): CredentialsProvider {
  return (
    memoizeIdentityProvider(given, isIdentityExpired, doesIdentityRequireRefresh) ??
    defaultProvider({ parentClientConfig: { region } })
  )
}
