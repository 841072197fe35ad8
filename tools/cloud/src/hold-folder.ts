import { Level } from 'level'
import { mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { CloudError } from './cloud-error.ts'

/** The ledger's store within the folder of a state. */
export const ledgerIn = (stateDir: string): string => join(stateDir, 'ledger')

/**
 * Holds the folder of a state for this process until it is disposed of, and looks whether the ledger in it can be
 * opened: dynalite opens it unseen, and throws out of a request when it cannot.
 *
 * What is held is a store beside the ledger, since between a look at that and dynalite's own opening another
 * process might have it. The lock is the kernel's, so a killed process leaves none behind.
 *
 * @throws {CloudError} `state_in_use`, `state_unreadable`
 */
export async function holdFolder(stateDir: string): Promise<AsyncDisposable> {
  const ledger = ledgerIn(stateDir)
  const held = await opened(join(stateDir, 'held'), ledger)
  try {
    const probe = await opened(ledger, ledger)
    await probe.close()
  } catch (error) {
    await held.close()
    throw error
  }
  return { [Symbol.asyncDispose]: () => held.close() }
}

async function opened(path: string, ledger: string): Promise<Level> {
  try {
    await makeFolders(path)
    const store = new Level(path)
    await store.open()
    return store
  } catch (error) {
    const { code, cause = error } = error as NodeJS.ErrnoException
    if ((cause as NodeJS.ErrnoException).code === 'LEVEL_LOCKED') {
      const message = `open ledger ${ledger}: the folder is in use by another process`
      throw new CloudError('state_in_use', message, { cause: error })
    }
    const reason = code === 'LEVEL_DATABASE_NOT_OPEN' ? (cause as Error).message : String(error)
    throw new CloudError('state_unreadable', `open ledger ${ledger}: ${reason}`, { cause: error })
  }
}

/**
 * The folder and the one that it lies in, and no more: Node's recursive way never ends where no folder
 * can be made below one that exists, as below /proc.
 */
async function makeFolders(path: string): Promise<void> {
  for (const folder of [dirname(path), path]) {
    await mkdir(folder).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error
    })
  }
}
