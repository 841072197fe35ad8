import type { AttributeValue } from '@aws-sdk/client-dynamodb'
import type { JobState } from '@millrace/job'

/** A condition that holds in each of these states, of which there is at least one. */
export function anyOf(states: readonly JobState[]): {
  readonly condition: string
  readonly values: Readonly<Record<string, AttributeValue>>
} {
  const names = states.map((_, index) => `:from${index}`)
  return {
    condition: `#state IN (${names.join(', ')})`,
    values: Object.fromEntries(states.map((state, index) => [`:from${index}`, { S: state }])),
  }
}
