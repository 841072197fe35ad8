import type { Instances } from '@millrace/cost'
import { CliError } from '../cli-error.ts'
import type { ServedModel } from '../local/endpoint-address.ts'
import { POLICY } from './make-endpoint.ts'
import { openSageMaker } from './sagemaker-api.ts'
import type { TemporaryEndpoint } from './temporary-endpoint.ts'

/** What was typed of a temporary endpoint. */
export interface TemporaryTyped {
  /** The SageMaker model that it is to serve. */
  readonly temporaryEndpoint?: string
  readonly instance?: Instances
}

/** A temporary endpoint before it has a name. */
export interface TemporaryWanted {
  readonly model: string
  readonly instances: Instances
}

/** Nothing where no temporary endpoint was typed. @throws {CliError} where half of one was. */
export function temporaryWanted({
  temporaryEndpoint: model,
  instance: instances,
}: TemporaryTyped): TemporaryWanted | undefined {
  if (model !== undefined && instances !== undefined) return { model, instances }
  if (model !== undefined) {
    throw new CliError('--temporary-endpoint: wanted --instance, too: what it is to run on', {
      hint: `--temporary-endpoint ${model} --instance ml.m5.xlarge, or ml.m5.xlarge:2 for two of them`,
    })
  }
  if (instances === undefined) return undefined
  throw new CliError('--instance: is for --temporary-endpoint MODEL', {
    hint: 'an endpoint that is there already has its instances',
  })
}

/** The model that is to be served, as SageMaker has it. */
export type FoundModel = Omit<TemporaryEndpoint, 'name'>

/** @throws {CliError} when there is no such model, or it may not be looked at. */
export async function findModel(
  { model, instances }: TemporaryWanted,
  region: string,
  env: Readonly<Record<string, string | undefined>>,
  signal: AbortSignal,
): Promise<FoundModel> {
  using api = openSageMaker(region, env, 3)
  const madeAt = await api.modelMadeAt(model, signal).catch((error: Error) => {
    signal.throwIfAborted()
    const hint = /AccessDenied/.test(error.name) ? POLICY : undefined
    throw new CliError(`model ${model}: cannot be looked at: ${error.message || error.name}`, {
      ...(hint === undefined ? {} : { hint }),
      cause: error,
    })
  })
  if (madeAt !== undefined) return { model, modelMadeAt: madeAt.toISOString(), instances, region }
  throw new CliError(`model ${model}: SageMaker has none of that name in ${region}`, {
    hint: `aws sagemaker list-models --region ${region} names those that there are`,
  })
}

/** What a job is held to, once rows of it were scored by the model. */
export const servedBy = ({ model, modelMadeAt }: FoundModel): ServedModel => ({
  name: model,
  madeAt: modelMadeAt,
})
