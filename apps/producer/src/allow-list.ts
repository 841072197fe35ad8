import type { JobRequest } from '@millrace/job'

/** What this deployment may read, write and invoke; a job request chooses only within it. */
export interface AllowList {
  /** Prefixes of dataset URIs. */
  readonly datasets: readonly string[]
  /** Prefixes of result URIs. */
  readonly results: readonly string[]
  /** Endpoint names; a final `*` matches the rest of a name. */
  readonly endpoints: readonly string[]
}

/** A sentence that says what is not allowed and by which setting, or nothing. */
export function refusalOf(allow: AllowList, { spec }: JobRequest): string | undefined {
  const { dataset, output, endpoint } = spec
  if (!allowsUri(allow.datasets, dataset.uri)) {
    return `dataset ${dataset.uri} is outside of MILLRACE_DATASETS_ALLOWED`
  }
  if (!allowsUri(allow.results, output.uri)) {
    return `output ${output.uri} is outside of MILLRACE_RESULTS_ALLOWED`
  }
  if (!allow.endpoints.some((pattern) => allowsName(pattern, endpoint.name))) {
    return `endpoint ${endpoint.name} is outside of MILLRACE_ENDPOINTS_ALLOWED`
  }
  return undefined
}

/**
 * Prefixes end in a slash or name one object, so `s3://data` does not allow `s3://data-secret/`.
 *
 * A URL reader takes a backslash for a slash and leaves tabs and newlines out (WHATWG URL, section
 * 4.4), so with either of them a path may leave its prefix without a `..` to be seen.
 */
function allowsUri(prefixes: readonly string[], uri: string): boolean {
  const path = uri.slice(uri.indexOf('://') + 3)
  if (/(^|\/)\.{1,2}(\/|$)|%2e|%2f|%5c|\\/i.test(path) || hasControl(path)) return false
  return prefixes.some((prefix) => (prefix.endsWith('/') ? uri.startsWith(prefix) : uri === prefix))
}

const hasControl = (text: string): boolean =>
  Array.from(text).some((character) => character < ' ' || character === '\u007f')

function allowsName(pattern: string, name: string): boolean {
  return pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern
}
