/** A finding with the name of what was looked at. */
export type NamedFinding = Finding & { readonly check: string }
/** What one look has found, and what a person does about it. */
export type Finding =
  | { readonly kind: 'ok'; readonly found: string }
  /** It works, or may: nobody is stopped by it. */
  | { readonly kind: 'warning'; readonly found: string; readonly hint: string }
  | { readonly kind: 'failed'; readonly found: string; readonly hint: string }
  /** Not looked at, and why. */
  | { readonly kind: 'skipped'; readonly found: string }

/** One thing to look at. What `look` throws is a finding too: `findingOf` says which. */
export interface Check {
  readonly name: string
  look(signal: AbortSignal): Promise<Finding>
}

export const ok = (found: string): Finding => ({ kind: 'ok', found })
export const skipped = (found: string): Finding => ({ kind: 'skipped', found })
export const warning = (found: string, hint: string): Finding => ({ kind: 'warning', found, hint })
export const failed = (found: string, hint: string): Finding => ({ kind: 'failed', found, hint })

const HINT_OF_CODE: Readonly<Record<string, string>> = {
  unavailable: 'check the network and the AWS_ENDPOINT_URL variables',
  unreachable: 'check the network and the AWS_ENDPOINT_URL variables',
  timed_out: 'check the network, its proxy and the VPC endpoints',
  queue_not_found: 'compare the URL with the outputs of the stack',
  table_missing: 'compare the name of the table and the region with the outputs of the stack',
  bucket_missing: 'compare the bucket and the region with the outputs of the stack',
  invalid_request: 'this is no ledger of Millrace: compare its name with the outputs of the stack',
  credentials_invalid: 'sign in again: aws sso login, or new keys',
}

/** A failure of a service as a finding: our errors bring a code, and mostly say what to do. */
export function findingOf(error: unknown): Finding {
  const { message, code, hint } = error as Error & { code?: string; hint?: string }
  return failed(message, HINT_OF_CODE[code ?? ''] ?? hint ?? 'see what it says')
}

/** A call that this user may not make is no fault of the stack: verbs that do not need it work. */
export function deniedIs(permission: string, error: unknown): Finding {
  const { code, message } = error as Error & { code?: string }
  if (code !== 'access_denied' || isAboutKeys(message)) return findingOf(error)
  return warning(`may not be looked at: ${message}`, `allow ${permission}`)
}

/** Keys that are wrong, expired or too early are access denied as well, and stop everything. */
const isAboutKeys = (message: string): boolean =>
  /expired|security token|signature|credentials/i.test(message)
