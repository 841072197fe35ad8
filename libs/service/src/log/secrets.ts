const SECRET_NAME = /secret|token|password|passwd|credential|authorization|(api|access)_?key/i
/**
 * User info, up to the last `@` of what has no space: a password that nobody has encoded may hold `/` and
 * `@`. A colon and a port before a path begin none.
 */
const USER_INFO =
  /(:\/\/)(?:[^\s/@:]{0,256}:(?!\d{1,5}[/?#])[^\s"'<>]{0,512}@|[^\s/?#"'<>]{1,512}@)/g
/**
 * The same of a proxy, which is often named without a scheme; what follows must look like a host. The session in
 * an ARN may be named by an address, and an access that is refused is told by it.
 */
const BARE_USER_INFO =
  /(?<![^\s"'=(,;])(?!arn:aws)[^\s"'=(,;<>@:/]{1,256}:(?!\/\/)[^\s"'<>]{1,512}@(?=[\w[])/g
/** Presigned URLs, and the tokens that services take in a query. */
const SIGNED_QUERY = /(X-Amz-(?:Signature|Credential|Security-Token)=)[^&\s"']+/gi
const SECRET_QUERY =
  /([?&][\w.-]{0,64}(?:signature|token|secret|passw(?:or)?d|(?:api|access)[_-]?key)=)[^&\s"']+/gi
const AUTHORIZATION = /\b(AWS4-HMAC-SHA256|Bearer|Basic)\s+[^"'\n]+/g

/** True when a setting or field of this name must never be shown. */
export function isSecretName(name: string): boolean {
  return SECRET_NAME.test(name)
}

/** The text without user info in URLs, tokens and signatures in queries, and authorization headers. */
export function maskSecrets(text: string): string {
  return text
    .replace(USER_INFO, '$1***@')
    .replace(BARE_USER_INFO, '***@')
    .replace(SIGNED_QUERY, '$1***')
    .replace(SECRET_QUERY, '$1***')
    .replace(AUTHORIZATION, '$1 ***')
}

/** A configuration as it may be printed: secrets by name are masked, and so are secrets in URLs. */
export function publicConfig(config: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(config).map(([name, value]) => {
      if (isSecretName(name)) return [name, '***']
      return [name, typeof value === 'string' ? maskSecrets(value) : value]
    }),
  )
}
