import { randomBytes } from 'node:crypto'

/** Of 128 random bits: whoever knows it may do everything, and nobody else may do anything. */
export interface AccessKey {
  /** Begins with `local`, so that it is known for one of no account. */
  readonly accessKeyId: string
  /** The clients of AWS want one; signatures are not looked at. */
  readonly secretAccessKey: string
}

export const makeAccessKey = (): AccessKey => ({
  accessKeyId: `local${randomBytes(16).toString('hex')}`,
  secretAccessKey: 'local',
})

/**
 * The environment with the key in the URL of each service, as an app wants it that calls AWS too: its other
 * credentials are those of the user.
 */
export function withKeysInUrls(env: Readonly<Record<string, string>>): Record<string, string> {
  const { AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: secret } = env
  if (id === undefined || secret === undefined) return { ...env }
  const keyed = (url: string): string =>
    Object.assign(new URL(url), { username: id, password: secret }).href
  return Object.fromEntries(
    Object.entries(env).map(([name, value]) => [
      name,
      name.startsWith('AWS_ENDPOINT_URL') ? keyed(value) : value,
    ]),
  )
}
