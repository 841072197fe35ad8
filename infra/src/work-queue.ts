import * as aws from '@pulumi/aws'
import * as pulumi from '@pulumi/pulumi'
import { limits } from '@millrace/job'

const DAY_SECONDS = 86_400

/** A queue whose messages are set aside after `limits.attemptsMax` attempts, and refuse plain HTTP. */
export class WorkQueue extends pulumi.ComponentResource {
  readonly queue: aws.sqs.Queue
  readonly deadLetter: aws.sqs.Queue

  constructor(name: string, options?: pulumi.ComponentResourceOptions) {
    super('millrace:WorkQueue', name, {}, options)
    const parent = { parent: this }

    this.deadLetter = new aws.sqs.Queue(
      `${name}-dlq`,
      // A standard queue's message keeps its age when it is moved, so this is longer than the queue's.
      { messageRetentionSeconds: 14 * DAY_SECONDS, sqsManagedSseEnabled: true },
      parent,
    )
    this.queue = new aws.sqs.Queue(
      name,
      {
        messageRetentionSeconds: 7 * DAY_SECONDS,
        sqsManagedSseEnabled: true,
        visibilityTimeoutSeconds: limits.visibilityTimeoutSeconds,
        receiveWaitTimeSeconds: limits.receiveWaitSeconds,
        redrivePolicy: pulumi.jsonStringify({
          deadLetterTargetArn: this.deadLetter.arn,
          maxReceiveCount: limits.attemptsMax,
        }),
      },
      parent,
    )
    for (const [role, queue] of [
      [name, this.queue],
      [`${name}-dlq`, this.deadLetter],
    ] as const) {
      // oxlint-disable-next-line no-new -- a resource registers itself.
      new aws.sqs.QueuePolicy(role, { queueUrl: queue.url, policy: onlyTls(queue.arn) }, parent)
    }
    this.registerOutputs({ url: this.queue.url, deadLetterUrl: this.deadLetter.url })
  }
}

function onlyTls(arn: pulumi.Output<string>): pulumi.Output<string> {
  return pulumi.jsonStringify({
    Version: '2012-10-17',
    Statement: [
      {
        Sid: 'RefusePlainHttp',
        Effect: 'Deny',
        Principal: '*',
        Action: 'sqs:*',
        Resource: arn,
        Condition: { Bool: { 'aws:SecureTransport': 'false' } },
      },
    ],
  })
}
