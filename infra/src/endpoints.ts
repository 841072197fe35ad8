import * as pulumi from '@pulumi/pulumi'
import { whereaboutsOf } from './account.ts'
import type { Statement } from './policy.ts'
import type { EndpointSettings } from './settings.ts'

/** Invoking the endpoints of the settings, of this account and region, and no other. */
export function invoke(
  endpoints: readonly EndpointSettings[],
  options: pulumi.InvokeOptions,
): Statement {
  const { accountId, region } = whereaboutsOf(options)
  return {
    Sid: 'Invoke',
    Action: 'sagemaker:InvokeEndpoint',
    Resource: resourcesOf(endpoints).map(
      (name) => pulumi.interpolate`arn:aws:sagemaker:${region}:${accountId}:${name}`,
    ),
  }
}

/** Endpoints and inference components as their ARNs end. */
export function resourcesOf(endpoints: readonly EndpointSettings[]): readonly string[] {
  return endpoints.flatMap(({ name, inferenceComponents }) => [
    ...inArns(name).map((spelt) => `endpoint/${spelt}`),
    ...inferenceComponents.flatMap(inArns).map((spelt) => `inference-component/${spelt}`),
  ])
}

/** SageMaker writes names into ARNs in lower case; both spellings cover the day it does not. */
const inArns = (name: string): string[] => [...new Set([name, name.toLowerCase()])]
