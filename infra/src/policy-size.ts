import { listOthers, readOthers } from './dataset-access.ts'
import { resourcesOf } from './endpoints.ts'
import type { Settings } from './settings.ts'

/**
 * Characters of all inline policies of a role, white space not counted.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
 */
const POLICY_MAX = 10_240
/** Kept for what no setting makes longer: queues, table and buckets, with names as long as they may be. */
export const UNSETTLED_MAX = 3_240

const ACCOUNT = '000000000000'
const LONGEST = `arn:aws:sagemaker:ap-southeast-1:${ACCOUNT}:`

/**
 * IAM says that a policy is too long when half of a stack is there. The producer's is the longest: it lists
 * datasets, reads them and invokes.
 *
 * @throws {Error} one that says what takes how much.
 */
export function refuseLongPolicies({ datasets, endpoints }: Settings): void {
  const read = charactersOf([...readOthers(datasets, ACCOUNT), ...listOthers(datasets, ACCOUNT)])
  const invoke = charactersOf(resourcesOf(endpoints).map((name) => `${LONGEST}${name}`))
  const room = POLICY_MAX - UNSETTLED_MAX
  if (read + invoke <= room) return
  throw new Error(
    `the stack's settings are wrong (docs/deploy.md):\n  millrace:settings: a role has room for ${figure(room)} characters of datasets and endpoints, these take ${figure(read)} and ${figure(invoke)}: name fewer, or a prefix above several`,
  )
}

/** With the effect that each statement has in a policy. */
const charactersOf = (entries: readonly (object | string)[]): number =>
  JSON.stringify(
    entries.map((entry) => (typeof entry === 'string' ? entry : { Effect: 'Allow', ...entry })),
  ).length

const figure = (number: number): string => number.toLocaleString('en-US')
