import type { EndpointPlace } from './start-apps.ts'

/** Where an endpoint is, as typed. */
export interface EndpointTyped {
  readonly endpointUrl?: string
  readonly localModel?: string
  readonly localLatency: number
}

/** A model before a URL, and AWS without either. Whether the model can be served is not looked at. */
export function endpointPlace(typed: EndpointTyped): EndpointPlace {
  const { endpointUrl, localModel, localLatency } = typed
  if (localModel !== undefined) return { kind: 'model', file: localModel, latencyMs: localLatency }
  return endpointUrl === undefined ? { kind: 'aws' } : { kind: 'url', url: endpointUrl }
}
