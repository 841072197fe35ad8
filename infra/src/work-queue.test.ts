import { limits } from '@millrace/job'
import * as pulumi from '@pulumi/pulumi'
import { beforeAll, expect, test } from 'vitest'

interface Resource {
  readonly type: string
  readonly name: string
  readonly inputs: Record<string, unknown>
}

const resources: Resource[] = []

beforeAll(async () => {
  await pulumi.runtime.setMocks({
    newResource: ({ type, name, inputs }) => {
      resources.push({ type, name, inputs })
      const arn = `arn:aws:sqs:us-east-1:123456789012:${name}`
      return { id: name, state: { ...inputs, arn, url: `https://queue/${name}` } }
    },
    call: ({ inputs }) => inputs,
  })
  const { WorkQueue } = await import('./work-queue.ts')
  const { queue } = new WorkQueue('batches')
  await new Promise<void>((resolve) => queue.url.apply(() => resolve()))
  await pulumi.runtime.disconnect()
})

const queueNamed = (name: string): Record<string, unknown> => {
  const found = resources.find((r) => r.name === name && r.type === 'aws:sqs/queue:Queue')
  if (found === undefined) throw new Error(`no queue ${name} in the graph`)
  return found.inputs
}

test('a queue moves messages to its dead-letter queue after the attempts', () => {
  const policy = JSON.parse(String(queueNamed('batches')['redrivePolicy']))
  expect(policy).toEqual({
    deadLetterTargetArn: 'arn:aws:sqs:us-east-1:123456789012:batches-dlq',
    maxReceiveCount: limits.attemptsMax,
  })
})

test('a dead-letter queue keeps messages longer than its queue', () => {
  const kept = (name: string): number => Number(queueNamed(name)['messageRetentionSeconds'])
  expect(kept('batches-dlq')).toBeGreaterThan(kept('batches'))
})

test('the queue is encrypted and hides messages as long as the apps expect', () => {
  expect(queueNamed('batches')).toMatchObject({
    sqsManagedSseEnabled: true,
    visibilityTimeoutSeconds: limits.visibilityTimeoutSeconds,
  })
})

test('both queues refuse plain HTTP', () => {
  const policies = resources.filter(({ type }) => type === 'aws:sqs/queuePolicy:QueuePolicy')
  expect(policies).toHaveLength(2)
  for (const { inputs } of policies)
    expect(String(inputs['policy'])).toContain('aws:SecureTransport')
})
