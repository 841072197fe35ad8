type Env = Readonly<Record<string, string | undefined>>

interface Keys {
  readonly accessKeyId: string
  readonly secretAccessKey: string
}

/** True when the environment is that of a local cloud, such as `millrace dev` prints. */
export const isOfLocalCloud = (env: Env): boolean =>
  env['AWS_ACCESS_KEY_ID']?.startsWith('local') === true

/**
 * The keys of a local cloud: given to a client, they hold whatever `AWS_PROFILE` names, which its services
 * refuse.
 */
export function localKeys(env: Env): { readonly credentials?: Keys } {
  const { AWS_ACCESS_KEY_ID: accessKeyId = '', AWS_SECRET_ACCESS_KEY: secretAccessKey = 'local' } =
    env
  return isOfLocalCloud(env) ? { credentials: { accessKeyId, secretAccessKey } } : {}
}

/** Where S3 is that the environment names, with the keys that it wants. */
export function s3PlaceIn(env: Env): {
  readonly endpoint: string | undefined
  readonly credentials?: Keys
} {
  const endpoint = env['AWS_ENDPOINT_URL_S3'] ?? env['AWS_ENDPOINT_URL']
  return { endpoint, ...(endpoint === undefined ? {} : localKeys(env)) }
}
