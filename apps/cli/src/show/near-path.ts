import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { printable } from '@millrace/job'

/**
 * A path as the user would type it from where they are; of a place above or beside, the whole path. A name that
 * somebody else has given, as in an archive, does not speak to the terminal.
 */
export function nearPath(path: string): string {
  const near = relative(process.cwd(), path)
  return printable(near.startsWith('..') ? path : near)
}

/** A file's URI as the path that the user would type; any other as it is. */
export const nearUri = (uri: string): string =>
  uri.startsWith('file:') ? nearPath(fileURLToPath(uri)) : uri
