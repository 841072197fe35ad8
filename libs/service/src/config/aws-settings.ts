import { regionPattern } from '@millrace/job'
import { z } from 'zod'

const url = z
  .url({ protocol: /^https?$/ })
  .optional()
  .describe('an http or https URL, or nothing for AWS itself')

/**
 * The settings of an app that talks to AWS, to be spread into its schema. The names are those of the
 * AWS SDKs, so that the same environment configures the CLI and other tools:
 * https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
 */
export const awsSettings = {
  AWS_REGION: z.string().regex(regionPattern).describe('an AWS region such as eu-central-1'),
  AWS_ENDPOINT_URL: url,
  AWS_ENDPOINT_URL_SQS: url,
  AWS_ENDPOINT_URL_S3: url,
  AWS_ENDPOINT_URL_DYNAMODB: url,
  AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME: url,
  AWS_ENDPOINT_URL_ECS: url,
  AWS_ENDPOINT_URL_EVENTBRIDGE: url,
  AWS_ENDPOINT_URL_SNS: url,
  /** Set by ECS in each container: where its agent listens. */
  ECS_AGENT_URI: url,
}

export type AwsService =
  | 'SQS'
  | 'S3'
  | 'DYNAMODB'
  | 'SAGEMAKER_RUNTIME'
  | 'ECS'
  | 'EVENTBRIDGE'
  | 'SNS'

type EndpointUrls = {
  readonly [name in `AWS_ENDPOINT_URL${'' | `_${AwsService}`}`]?: string | undefined
}

/** Where a service is reached: its own URL, else the common one, else nothing, which means AWS. */
export function endpointUrlOf(settings: EndpointUrls, service: AwsService): string | undefined {
  return settings[`AWS_ENDPOINT_URL_${service}`] ?? settings.AWS_ENDPOINT_URL
}
