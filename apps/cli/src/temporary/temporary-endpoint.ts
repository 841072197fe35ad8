import { createHash } from 'node:crypto'
import type { Instances } from '@millrace/cost'

/** An endpoint that is made for one job, and deleted when that has ended. */
export interface TemporaryEndpoint {
  readonly name: string
  /** The SageMaker model that it serves, and when that was made: a model is deleted and made anew, never changed. */
  readonly model: string
  readonly modelMadeAt: string
  readonly instances: Instances
  readonly region: string
}

/** The longest beginning of a model's name with which that of the endpoint, and of its configuration, still fits. */
const MODEL_CHARS_MAX = 36

/**
 * Names the endpoint of a job: by its model, for who sees it in a list, and by whose job it is. The same command
 * over the same state means the same endpoint, whatever has become of it; over no other state.
 *
 * @param job what tells the job from all others, of this machine and of any.
 * @returns a name of 63 characters at most, as SageMaker has them.
 */
export function nameTemporary(model: string, job: readonly string[]): string {
  const beginning = model.slice(0, MODEL_CHARS_MAX).replace(/-+$/, '')
  return `millrace-${beginning}-${digest([model, ...job], 8)}`
}

/** Configurations are never changed, so other instances, or another model of the name, are another one. */
export function configNameOf({ name, model, modelMadeAt, instances }: TemporaryEndpoint): string {
  return `${name}-${digest([model, modelMadeAt, instances.type, String(instances.count)], 6)}`
}

const digest = (facts: readonly string[], chars: number): string =>
  createHash('sha256').update(JSON.stringify(facts)).digest('hex').slice(0, chars)

/** `2 × ml.m5.xlarge` */
export const instancesText = ({ type, count }: Instances): string => `${count} × ${type}`
