import { createStorage, s3WhenWanted, type Storage } from '@millrace/storage'
import { s3PlaceIn } from './local-keys.ts'
import { s3RegionOf } from './s3-region.ts'
import type { System } from './system.ts'
import type { SystemOptions } from './which-system.ts'

/**
 * Storage of the places that the jobs of a system name: that of the options, which its opener closes, else one of its
 * own. It asks for credentials when first something in S3 is wanted.
 */
export async function storageOf(
  system: System,
  options: SystemOptions,
): Promise<Storage & AsyncDisposable> {
  if (options.storage !== undefined) {
    return { ...options.storage, [Symbol.asyncDispose]: async () => {} }
  }
  const region = await s3RegionOf(system, options)
  const storage = createStorage({ s3: s3WhenWanted({ region, ...s3PlaceIn(system.env) }) })
  return { ...storage, [Symbol.asyncDispose]: storage.close }
}
