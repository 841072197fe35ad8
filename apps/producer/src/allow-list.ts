import { allowsUri, type JobRequest, type JobSpec } from '@millrace/job'

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
  const { endpoint } = spec
  const refusal = placesRefusalOf(allow, spec)
  if (refusal !== undefined) return refusal
  if (!allow.endpoints.some((pattern) => allowsName(pattern, endpoint.name))) {
    return `endpoint ${endpoint.name} is outside of MILLRACE_ENDPOINTS_ALLOWED`
  }
  return undefined
}

/** The same for what is read and written only. */
export function placesRefusalOf(
  allow: Pick<AllowList, 'datasets' | 'results'>,
  { dataset, output }: JobSpec,
): string | undefined {
  const refusal = datasetRefusalOf(allow, dataset.uri)
  if (refusal !== undefined) return refusal
  if (!allowsUri(allow.results, output.uri)) {
    return `output ${output.uri} is outside of MILLRACE_RESULTS_ALLOWED`
  }
  return undefined
}

/** The same for one dataset, or one object of it that a manifest names. */
export function datasetRefusalOf(
  { datasets }: Pick<AllowList, 'datasets'>,
  uri: string,
): string | undefined {
  if (allowsUri(datasets, uri)) return undefined
  return `dataset ${uri} is outside of MILLRACE_DATASETS_ALLOWED`
}

function allowsName(pattern: string, name: string): boolean {
  return pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern
}
