import { setTimeout as sleep } from 'node:timers/promises'
import { GetQueueAttributesCommand } from '@aws-sdk/client-sqs'
import type { Queue } from '@millrace/queue'
import type { Fleet } from './fleet.ts'

const LOOK_MS = 20
/** For so long nothing must happen before it counts as over; longer than any state is trusted. */
const QUIET_MS = 2_500

/** How long it takes from now until `holds`. */
export async function msUntil(
  holds: () => boolean | Promise<boolean>,
  signal: AbortSignal,
): Promise<number> {
  const startedAt = performance.now()
  while (!(await holds())) await sleep(LOOK_MS, undefined, { signal })
  return performance.now() - startedAt
}

/** How long from now until something was seen for the last time. */
export async function msUntilNoMore(sees: () => boolean, signal: AbortSignal): Promise<number> {
  const startedAt = performance.now()
  let lastAt = startedAt
  while (performance.now() - lastAt < QUIET_MS) {
    await sleep(LOOK_MS, undefined, { signal })
    if (sees()) lastAt = performance.now()
  }
  return lastAt - startedAt
}

/** How long from now until the last invocation has arrived. */
export async function msUntilQuiet({ endpoint }: Fleet, signal: AbortSignal): Promise<number> {
  let seen = endpoint.stats.invocations
  return await msUntilNoMore(() => {
    const before = seen
    seen = endpoint.stats.invocations
    return seen > before
  }, signal)
}

/** Messages in a queue, in flight and delayed ones included. */
export async function messagesIn({ client, url }: Queue): Promise<number> {
  const command = new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['All'] })
  const { Attributes = {} } = await client.send(command)
  return ['', 'NotVisible', 'Delayed']
    .map((kind) => `ApproximateNumberOfMessages${kind}` as keyof typeof Attributes)
    .map((name) => Number(Attributes[name]))
    .reduce((sum, count) => sum + count, 0)
}
