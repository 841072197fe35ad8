import { constants } from 'node:fs'
import { access } from 'node:fs/promises'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createStorage, s3WhenWanted, type Storage } from '@millrace/storage'
import { counted } from '../show/counted.ts'
import { size } from '../show/size.ts'
import { s3PlaceIn } from '../system/local-keys.ts'
import type { Account } from './account.ts'
import { type Check, deniedIs, failed, type Finding, ok, skipped } from './finding.ts'

/** Where a job reads: it must be there. */
export const datasetCheck = (uri: string, account: Account): Check =>
  placeCheck('dataset', uri, account, async (storage, signal) => {
    const objects = await storage.pin(uri, signal)
    const bytes = objects.reduce((sum, object) => sum + object.bytes, 0)
    const many = counted(objects.length, 'object')
    return ok(`${uri}: ${many}, ${size(bytes)}`)
  })

/** Where a job writes: nothing is written to see it, so the permission to write stays unseen. */
export const writtenCheck = (name: string, uri: string, account: Account): Check =>
  placeCheck(name, uri, account, async (storage, signal) => {
    if (!uri.startsWith('s3://')) return await lookAtFolderOf(uri)
    const object = uri.endsWith('/') ? `${uri}millrace-doctor` : uri
    await storage.readDocument(object, 0, signal).catch(smallEnough)
    return ok(uri)
  })

/** An object is there, which is all that was asked. */
function smallEnough(error: unknown): void {
  if ((error as { code?: string }).code !== 'too_large') throw error
}

async function lookAtFolderOf(uri: string): Promise<Finding> {
  const path = fileURLToPath(uri)
  const folder = uri.endsWith('/') ? path : dirname(path)
  return await access(folder, constants.W_OK).then(
    () => ok(path),
    ({ code }: NodeJS.ErrnoException) =>
      failed(
        `${folder}: ${code === 'ENOENT' ? 'does not exist' : `may not be written (${code})`}`,
        'make it, or choose another',
      ),
  )
}

function placeCheck(
  name: string,
  uri: string,
  { region, env }: Account,
  look: (storage: Storage, signal: AbortSignal) => Promise<Finding>,
): Check {
  return {
    name,
    look: async (signal) => {
      if (!uri.startsWith('s3://')) return await look(createStorage({}), signal)
      if (region === undefined) return skipped('no region to ask in')
      const storage = createStorage({ s3: s3WhenWanted({ region, ...s3PlaceIn(env) }) })
      try {
        return await look(storage, signal)
      } catch (error) {
        return deniedIs(`s3:GetObject and s3:ListBucket below ${uri}`, error)
      } finally {
        await storage.close()
      }
    },
  }
}
