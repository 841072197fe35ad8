import { createStorage, s3WhenWanted, type Storage, StorageError } from '@millrace/storage'
import { CliError } from '../cli-error.ts'
import { EXIT } from '../exit-code.ts'
import { s3PlaceIn } from '../system/local-keys.ts'
import { regionOf } from '../system/region.ts'
import { LOOK } from '../told-of.ts'
import type { World } from '../world.ts'

/** Storage with the user's own credentials; they are looked for only when the dataset is in S3. */
export async function openStorage(
  data: string,
  { region, env }: { readonly region?: string; readonly env: World['env'] },
): Promise<Storage & AsyncDisposable> {
  const storage = createStorage(data.startsWith('s3://') ? { s3: await s3Of(region, env) } : {})
  return { ...storage, [Symbol.asyncDispose]: storage.close }
}

async function s3Of(region: string | undefined, env: World['env']) {
  return s3WhenWanted({
    region: await regionOf(region === undefined ? {} : { region }),
    ...s3PlaceIn(env),
  })
}

/** What is wrong with a dataset is for the person at the terminal, not a bug. */
export function storageTold(error: unknown): unknown {
  if (!(error instanceof StorageError)) return error
  const { message, hint, retryable } = error
  const advice = hint ?? (retryable ? LOOK : undefined)
  return new CliError(message, {
    ...(advice === undefined ? {} : { hint: advice }),
    exitCode: retryable ? EXIT.failed : EXIT.usage,
    cause: error,
  })
}
