import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { CliError } from '../cli-error.ts'

/** Of what a state folder holds. A change that this version could not go on with makes it another. */
const VERSION = '1'

const fileIn = (folder: string): string => join(folder, 'version')

/** A folder without one is of the first version. */
export async function checkStateVersion(folder: string): Promise<void> {
  const text = await readFile(fileIn(folder), 'utf8').catch(() => VERSION)
  if (text.trim() === VERSION) return
  throw new CliError(
    `${folder}: is the state of another version of Millrace (${text.trim().slice(0, 20)}, wanted ${VERSION})`,
    { hint: 'use that version for it, or run the job anew with --fresh' },
  )
}

export async function writeStateVersion(folder: string): Promise<void> {
  await writeFile(fileIn(folder), `${VERSION}\n`)
}
