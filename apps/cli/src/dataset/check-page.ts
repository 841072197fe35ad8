import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { CliError } from '../cli-error.ts'
import { checkApart, checkTarget, isSame } from './check-output.ts'

/** What must not be lost for a page: a path, a URI, or nothing where it is not on this machine. */
export type KeptFromPage = readonly (readonly [what: string, place: string | undefined])[]

/**
 * Looks at the place of a page before it is drawn. It is moved there, so what lies there is lost.
 *
 * @param example what the page is called in a folder.
 * @throws {CliError} when nothing can be put there, or when it is what the page is drawn from.
 */
export async function checkPage(out: string, example: string, kept: KeptFromPage): Promise<void> {
  const path = resolve(out)
  for (const [what, place] of kept) {
    const read = place === undefined ? undefined : pathOf(place)
    if (read === undefined) continue
    const isFolder = (await stat(read).catch(() => undefined))?.isDirectory() === true
    if (isFolder) {
      await checkApart(path, `${read}/`)
    } else if (await isSame(path, read)) {
      throw new CliError(`${out}: is the ${what} itself`, { hint: 'choose another --out' })
    }
  }
  await checkTarget(out, example)
}

/** Without a slash at its end; nothing for standard input, and in S3. */
function pathOf(place: string): string | undefined {
  if (place === '-' || place.startsWith('s3://')) return undefined
  return resolve(place.startsWith('file://') ? fileURLToPath(place) : place)
}
