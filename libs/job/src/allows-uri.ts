/**
 * True when a URI lies below one of the prefixes that a deployment allows. Prefixes end in a slash or
 * name one object, so `s3://data` does not allow `s3://data-secret/`. What is named as it stands is allowed
 * however it is spelt: a file may have a backslash in its name, and a key in S3 a `%2F`.
 *
 * A URL reader takes a backslash for a slash and leaves tabs and newlines out (WHATWG URL, section
 * 4.4), so with either of them a path may leave its prefix without a `..` to be seen.
 */
export function allowsUri(prefixes: readonly string[], uri: string): boolean {
  if (prefixes.includes(uri)) return true
  const path = uri.slice(uri.indexOf('://') + 3)
  if (/(^|\/)\.{1,2}(\/|$)|%2e|%2f|%5c|\\/i.test(path) || hasControl(path)) return false
  return prefixes.some((prefix) => prefix.endsWith('/') && uri.startsWith(prefix))
}

const hasControl = (text: string): boolean =>
  Array.from(text).some((character) => character < ' ' || character === '\u007f')
