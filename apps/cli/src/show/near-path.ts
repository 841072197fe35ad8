import { relative } from 'node:path'

/** A path as the user would type it from where they are; of a place above or beside, the whole path. */
export function nearPath(path: string): string {
  const near = relative(process.cwd(), path)
  return near.startsWith('..') ? path : near
}
