import { createS3Client, createStorage, type Storage, StorageError } from '@millrace/storage'
import { CliError } from '../cli-error.ts'
import { regionOf } from '../local/region.ts'
import type { World } from '../world.ts'

/** Storage with the user's own credentials; they are looked for only when the dataset is in S3. */
export async function openStorage(
  data: string,
  { region, env }: { readonly region?: string; readonly env: World['env'] },
): Promise<Storage & AsyncDisposable> {
  if (!data.startsWith('s3://')) {
    const storage = createStorage({})
    return { ...storage, [Symbol.asyncDispose]: storage.close }
  }
  const s3 = createS3Client({
    region: await regionOf(region === undefined ? {} : { region }),
    endpoint: env['AWS_ENDPOINT_URL_S3'] ?? env['AWS_ENDPOINT_URL'],
  })
  const storage = createStorage({ s3 })
  const close = async (): Promise<void> => {
    await storage.close()
    s3.destroy()
  }
  return { ...storage, [Symbol.asyncDispose]: close }
}

/** What is wrong with a dataset is for the person at the terminal, not a bug. */
export function storageTold(error: unknown): unknown {
  if (!(error instanceof StorageError)) return error
  const { message, hint } = error
  return new CliError(message, { cause: error, ...(hint === undefined ? {} : { hint }) })
}
