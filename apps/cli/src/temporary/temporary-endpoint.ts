import { createHash } from 'node:crypto'
import { hostname } from 'node:os'
import type { Instances } from '@millrace/cost'

/** An endpoint that is made for one job, and deleted when that has ended. */
export interface TemporaryEndpoint {
  readonly name: string
  /** The SageMaker model that it serves. */
  readonly model: string
  readonly instances: Instances
  readonly region: string
}

/** The longest beginning of a model's name with which that of the endpoint, and of its configuration, still fits. */
const MODEL_CHARS_MAX = 36

/**
 * Names the endpoint of a job: by its model, for who sees it in a list, and by whose job it is. The same command
 * in the same place means the same endpoint, whatever has become of it; no other place does.
 *
 * @param job what tells the job from the others of this machine.
 * @returns a name of 63 characters at most, as SageMaker has them.
 */
export function nameTemporary(model: string, job: readonly unknown[]): string {
  const facts = JSON.stringify([hostname(), model, ...job])
  const beginning = model.slice(0, MODEL_CHARS_MAX).replace(/-+$/, '')
  return `millrace-${beginning}-${digest(facts, 8)}`
}

/** Configurations are never changed, so other instances are another one. */
export const configNameOf = ({ name, model, instances }: TemporaryEndpoint): string =>
  `${name}-${digest(JSON.stringify([model, instances.type, instances.count]), 6)}`

const digest = (facts: string, chars: number): string =>
  createHash('sha256').update(facts).digest('hex').slice(0, chars)

/** `2 × ml.m5.xlarge` */
export const instancesText = ({ type, count }: Instances): string => `${count} × ${type}`
