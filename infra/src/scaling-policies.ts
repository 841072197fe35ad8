import type { App } from './image-repositories.ts'
import { type ScalingPolicy, scalingPolicyOf } from './scaling/scaling-policy.ts'
import { type Settings, tasksMaxOf } from './settings.ts'

/**
 * Consumers scale with the backlog and never past what the endpoint serves. The others are one task
 * that wakes and sleeps: it plans or writes several jobs at once. Without images nothing starts.
 */
export function scalingPoliciesOf(settings: Settings): Readonly<Record<App, ScalingPolicy>> {
  const { concurrency, batchSeconds, delaySeconds } = settings.consumers
  const most = (tasks: number) => (settings.images === undefined ? 0 : tasks)
  const one = scalingPolicyOf({
    tasksMax: most(1),
    concurrency: 1,
    batchSeconds: 1,
    delaySeconds: 1,
  })
  const tasksMax = most(tasksMaxOf(settings))
  return {
    producer: one,
    aggregator: one,
    consumer: scalingPolicyOf({ tasksMax, concurrency, batchSeconds, delaySeconds }),
  }
}
