import { fileURLToPath } from 'node:url'
import { loadXgboostModel, type SageMakerBehaviour, startSageMaker } from '@millrace/endpoint'
import { onTestFinished } from 'vitest'
import type { Ordering } from './make-endpoint.ts'
import { openSageMaker } from './sagemaker-api.ts'
import type { TemporaryEndpoint } from './temporary-endpoint.ts'

const model = loadXgboostModel(
  fileURLToPath(import.meta.resolve('../../../../examples/flights/model.json')),
)

export const churn: TemporaryEndpoint = {
  name: 'millrace-churn-v3-90c1d2aa',
  model: 'churn-v3',
  modelMadeAt: '2026-01-01T00:00:00.000Z',
  instances: { type: 'ml.m5.xlarge', count: 2 },
  region: 'us-east-1',
}

/** A SageMaker on this machine that has the model `churn-v3`, and the API by which it is asked. */
export async function openAccount(behaviour: SageMakerBehaviour = {}) {
  const account = await startSageMaker({ models: { 'churn-v3': model }, ...behaviour })
  process.env['AWS_ACCESS_KEY_ID'] ??= 'local'
  process.env['AWS_SECRET_ACCESS_KEY'] ??= 'local'
  const api = openSageMaker('us-east-1', { AWS_ENDPOINT_URL_SAGEMAKER: account.url }, 1)
  onTestFinished(async () => {
    api[Symbol.dispose]()
    await account.close()
  })
  return { account, api }
}

/** Nothing was asked for, and nothing seen. */
export const newOrdering = (): Ordering => ({ askedAtMs: undefined, isSeen: false })

/** How often an operation was asked for. */
export const timesAsked = (
  { calls }: { readonly calls: readonly { readonly operation: string }[] },
  wanted: string,
): number => calls.filter(({ operation }) => operation === wanted).length

/** A refusal as SageMaker's API words it. */
export const refusal = (code: string, message: string) => ({
  status: 400,
  code,
  body: { message },
})
