import { mkdir, stat } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'

/**
 * Makes a folder and those above it that are missing; that it is there is fine. Node's own recursive
 * way begins anew whenever a folder cannot be made below one that exists, as below /proc, and so never
 * ends; this one looks upward once and makes downward once.
 *
 * @param mode of those that it makes, beneath the umask; by default whoever the umask lets in may read them.
 * @throws {NodeJS.ErrnoException} the operating system's; `ENOTDIR` where a file stands in the way.
 */
export async function makeFolder(path: string, mode = 0o777): Promise<void> {
  for (const folder of await missingOf(resolve(path))) {
    await mkdir(folder, { mode }).catch(async (error: NodeJS.ErrnoException) => {
      // Another process may have made it meanwhile.
      if (error.code !== 'EEXIST' || !(await isFolder(folder))) throw error
    })
  }
}

/** What has to be made, from the top down. */
async function missingOf(path: string): Promise<readonly string[]> {
  const missing: string[] = []
  for (let folder = path; !(await isFolder(folder)); folder = dirname(folder)) {
    missing.unshift(folder)
    if (dirname(folder) === folder) break
  }
  return missing
}

async function isFolder(path: string): Promise<boolean> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  if (found === undefined || found.isDirectory()) return found !== undefined
  throw Object.assign(new Error(`${path}: a file stands where a folder is wanted`), {
    code: 'ENOTDIR',
  })
}
