import { limits } from '@millrace/job'
import * as aws from '@pulumi/aws'
import * as pulumi from '@pulumi/pulumi'
import { policyOf, refusePlainHttp, type Statement } from './policy.ts'

const DAY_SECONDS = 86_400

export interface WorkQueueArgs {
  /** The key of its messages; SQS's own when absent. */
  readonly kmsKeyArn?: pulumi.Input<string> | undefined
  /** Statements of the queue's policy for services that send to it. */
  readonly senders?: (queueArn: pulumi.Input<string>) => readonly Statement[]
}

/** A queue whose messages are set aside after `limits.attemptsMax` attempts, and refuse plain HTTP. */
export class WorkQueue extends pulumi.ComponentResource {
  readonly queue: aws.sqs.Queue
  readonly deadLetter: aws.sqs.Queue

  constructor(name: string, args: WorkQueueArgs = {}, options?: pulumi.ComponentResourceOptions) {
    super('millrace:WorkQueue', name, {}, options)
    const parent = { parent: this }
    const encryption =
      args.kmsKeyArn === undefined
        ? { sqsManagedSseEnabled: true }
        : { kmsMasterKeyId: args.kmsKeyArn, kmsDataKeyReusePeriodSeconds: 300 }

    this.deadLetter = new aws.sqs.Queue(
      `${name}-dlq`,
      // A standard queue's message keeps its age when it is moved, so this is longer than the queue's.
      { messageRetentionSeconds: 14 * DAY_SECONDS, ...encryption },
      parent,
    )
    this.queue = new aws.sqs.Queue(
      name,
      {
        messageRetentionSeconds: 7 * DAY_SECONDS,
        visibilityTimeoutSeconds: limits.visibilityTimeoutSeconds,
        receiveWaitTimeSeconds: limits.receiveWaitSeconds,
        redrivePolicy: pulumi.jsonStringify({
          deadLetterTargetArn: this.deadLetter.arn,
          maxReceiveCount: limits.attemptsMax,
        }),
        ...encryption,
      },
      parent,
    )
    for (const [role, queue, senders] of [
      [name, this.queue, args.senders?.(this.queue.arn) ?? []],
      [`${name}-dlq`, this.deadLetter, []],
    ] as const) {
      const policy = policyOf([refusePlainHttp('sqs:*', [queue.arn]), ...senders])
      // oxlint-disable-next-line no-new -- a resource registers itself.
      new aws.sqs.QueuePolicy(role, { queueUrl: queue.url, policy }, parent)
    }
    // oxlint-disable-next-line no-new -- a resource registers itself.
    new aws.sqs.RedriveAllowPolicy(
      `${name}-dlq`,
      {
        queueUrl: this.deadLetter.url,
        redriveAllowPolicy: pulumi.jsonStringify({
          redrivePermission: 'byQueue',
          sourceQueueArns: [this.queue.arn],
        }),
      },
      parent,
    )
    this.registerOutputs({ url: this.queue.url, deadLetterUrl: this.deadLetter.url })
  }

  /**
   * What a worker on this queue does: take, keep, finish, set aside; and publish again what it gives back
   * without charging an attempt.
   */
  work(): readonly Statement[] {
    return [
      { Sid: 'GiveBack', Action: 'sqs:SendMessage', Resource: this.queue.arn },
      {
        Sid: 'WorkOnQueue',
        Action: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:ChangeMessageVisibility'],
        Resource: this.queue.arn,
      },
      { Sid: 'SetAside', Action: 'sqs:SendMessage', Resource: this.deadLetter.arn },
    ]
  }
}

/** Publishing on some queues. */
export const publishOn = (...queues: readonly WorkQueue[]): Statement => ({
  Sid: 'Publish',
  Action: 'sqs:SendMessage',
  Resource: queues.map(({ queue }) => queue.arn),
})
