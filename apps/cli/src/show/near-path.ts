import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'

/** A path as the user would type it from where they are; of a place above or beside, the whole path. */
export function nearPath(path: string): string {
  const near = relative(process.cwd(), path)
  return near.startsWith('..') ? path : near
}

/** A file's URI as the path that the user would type; any other as it is. */
export const nearUri = (uri: string): string =>
  uri.startsWith('file:') ? nearPath(fileURLToPath(uri)) : uri
