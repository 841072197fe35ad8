import { SageMakerRuntimeClient } from '@aws-sdk/client-sagemaker-runtime'
import { checkInput, type InputFile } from '../dataset/check-input.ts'
import type { EndpointPlace } from './start-apps.ts'

/** What tells a model from others of its name: a model cannot be changed, but deleted and made anew. */
export interface ServedModel {
  readonly name: string
  readonly madeAt: string
}

/** What tells an endpoint from others of its name: their predictions are those of other models. */
export type EndpointAddress = (
  | { readonly model: InputFile }
  | { readonly url: string }
  | { readonly region: string }
) & {
  /** Of an endpoint that is made for the job: its name is none of a model's that somebody keeps. */
  readonly served?: ServedModel
}

/** Where the apps will find the endpoint; `AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME` and profiles may name a URL, too. */
export async function addressOf(place: EndpointPlace, region: string): Promise<EndpointAddress> {
  if (place.kind === 'model') return { model: await checkInput(place.file, 'an XGBoost model') }
  const url = place.kind === 'url' ? place.url : await configuredUrl(region)
  return url === undefined ? { region } : { url: URL.parse(url)?.href ?? url }
}

async function configuredUrl(region: string): Promise<string | undefined> {
  const client = new SageMakerRuntimeClient({ region })
  try {
    return await client.config.serviceConfiguredEndpoint?.()
  } finally {
    client.destroy()
  }
}
