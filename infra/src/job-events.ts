import * as aws from '@pulumi/aws'
import * as pulumi from '@pulumi/pulumi'
import { policyOf, refusePlainHttp, type Statement } from './policy.ts'
import type { Settings } from './settings.ts'

export interface JobEventsArgs {
  readonly settings: Settings['events']
  /** The key of the topic's messages; SNS keeps them in the clear without one. */
  readonly kmsKeyArn?: pulumi.Input<string> | undefined
}

/** Where the aggregator tells that jobs start and end: a bus of this stack, a topic, both or neither. */
export class JobEvents extends pulumi.ComponentResource {
  /** What tasks call for it, by the names of interface endpoints. */
  readonly services: readonly string[]
  private readonly bus: aws.cloudwatch.EventBus | undefined
  private readonly topic: aws.sns.Topic | undefined

  constructor(name: string, args: JobEventsArgs, options?: pulumi.ComponentResourceOptions) {
    super('millrace:JobEvents', name, {}, options)
    const parent = { parent: this }
    if (args.settings.bus) this.bus = new aws.cloudwatch.EventBus(name, {}, parent)
    if (args.settings.topic) this.topic = createTopic(name, args.kmsKeyArn, parent)
    this.services = [
      ...(args.settings.bus ? ['events'] : []),
      ...(args.settings.topic ? ['sns'] : []),
    ]
    this.registerOutputs(this.outputs())
  }

  /** The aggregator's settings. */
  environment(): Record<string, pulumi.Output<string>> {
    return {
      ...(this.bus === undefined ? {} : { MILLRACE_EVENT_BUS: this.bus.name }),
      ...(this.topic === undefined ? {} : { MILLRACE_EVENTS_TOPIC_ARN: this.topic.arn }),
    }
  }

  canTell(): readonly Statement[] {
    return [
      ...(this.bus === undefined
        ? []
        : [{ Sid: 'PutEvents', Action: 'events:PutEvents', Resource: this.bus.arn }]),
      ...(this.topic === undefined
        ? []
        : [{ Sid: 'PublishEvents', Action: 'sns:Publish', Resource: this.topic.arn }]),
    ]
  }

  /** For who makes rules and subscriptions. */
  outputs(): Record<string, pulumi.Output<string>> {
    return {
      ...(this.bus === undefined ? {} : { busArn: this.bus.arn }),
      ...(this.topic === undefined ? {} : { topicArn: this.topic.arn }),
    }
  }
}

function createTopic(
  name: string,
  kmsKeyArn: pulumi.Input<string> | undefined,
  parent: pulumi.CustomResourceOptions,
): aws.sns.Topic {
  const encryption = kmsKeyArn === undefined ? {} : { kmsMasterKeyId: kmsKeyArn }
  const topic = new aws.sns.Topic(name, encryption, parent)
  const policy = policyOf([refusePlainHttp('sns:Publish', [topic.arn])])
  // oxlint-disable-next-line no-new -- a resource registers itself.
  new aws.sns.TopicPolicy(name, { arn: topic.arn, policy }, parent)
  return topic
}
