/*
 * A list of URIs in one setting, separated by commas. A URI may hold a comma itself: there it is written
 * `%2C`, and what already reads `%2C` is written `%252C`, and so on, so that each URI has a spelling of its
 * own and comes back as it was. Nothing else is encoded: S3 takes a key as it stands.
 */

const COMMA = /,|%((?:25)*)2c/gi

/** The setting that names these URIs, and no others. */
export const encodeUriList = (uris: readonly string[]): string =>
  uris
    .map((uri) => uri.replace(COMMA, (found) => (found === ',' ? '%2C' : `%25${found.slice(1)}`)))
    .join(',')

/** The URIs that a setting names; spaces around them are left out. */
export const decodeUriList = (text: string): readonly string[] =>
  text
    .split(',')
    .map((item) =>
      item
        .trim()
        .replace(COMMA, (found, again: string) => (again === '' ? ',' : `%${found.slice(3)}`)),
    )
