import * as aws from '@pulumi/aws'
import * as pulumi from '@pulumi/pulumi'
import type { Statement } from './policy.ts'
import type { Settings } from './settings.ts'
import type { WorkQueue } from './work-queue.ts'

export interface ArrivalsArgs {
  readonly templates: Settings['templates']
  /** What `{datasets}` and `{results}` stand for. */
  readonly places: Readonly<Record<'datasets' | 'results', pulumi.Input<string>>>
}

/**
 * Objects that ask for a job by themselves: for each template a rule on the account's default bus, where
 * S3 tells of new objects, that sends them to the jobs queue. A bucket of others has to tell of
 * its objects too ("Enabling Amazon EventBridge" in the S3 user guide), and in another account or region it
 * tells the bus there.
 */
export class Arrivals extends pulumi.ComponentResource {
  readonly rules: readonly aws.cloudwatch.EventRule[]
  /** The producer's templates, with the buckets' own names. */
  readonly templates: pulumi.Output<string> | undefined

  constructor(name: string, args: ArrivalsArgs, options?: pulumi.ComponentResourceOptions) {
    super('millrace:Arrivals', name, {}, options)
    const places = pulumi.all([args.places.datasets, args.places.results])
    const named = args.templates.map((template) =>
      places.apply(([datasets, results]) => fill(template, datasets, results)),
    )
    this.rules = named.map((template, index) => {
      const description = 'New objects are jobs of Millrace'
      const eventPattern = template.apply((of: Template) => patternOf(of))
      const rule = { description, eventPattern }
      return new aws.cloudwatch.EventRule(`${name}-${index}`, rule, { parent: this })
    })
    this.templates = named.length === 0 ? undefined : pulumi.jsonStringify(named)
    this.registerOutputs({})
  }

  /** What the policy of the jobs queue says: these rules may send, and nothing else of EventBridge. */
  canSend = (queueArn: pulumi.Input<string>): readonly Statement[] => {
    if (this.rules.length === 0) return []
    return [
      {
        Sid: 'ObjectsArrive',
        Principal: { Service: 'events.amazonaws.com' },
        Action: 'sqs:SendMessage',
        Resource: queueArn,
        Condition: { StringEquals: { 'aws:SourceArn': this.rules.map(({ arn }) => arn) } },
      },
    ]
  }

  sendTo({ queue }: WorkQueue): void {
    for (const [index, { name }] of this.rules.entries()) {
      const target = { rule: name, arn: queue.arn }
      // oxlint-disable-next-line no-new -- a resource registers itself.
      new aws.cloudwatch.EventTarget(`arrivals-${index}`, target, { parent: this })
    }
  }
}

type Template = Settings['templates'][number]

function fill(template: Template, datasets: string, results: string): Template {
  const text = JSON.stringify(template)
    .replaceAll('{datasets}', () => datasets)
    .replaceAll('{results}', () => results)
  return JSON.parse(text) as Template
}

/** "Filtering on wildcards" in EventBridge's user guide; in a key, a star and a backslash are escaped. */
function patternOf({ prefix, suffix }: Template): string {
  const [bucket = '', ...path] = prefix.replace('s3://', '').split('/')
  const literal = (text: string): string => text.replaceAll(/[*\\]/g, (found) => `\\${found}`)
  const wildcard = `${literal(path.join('/'))}*${literal(suffix)}`
  return JSON.stringify({
    source: ['aws.s3'],
    'detail-type': ['Object Created'],
    detail: { bucket: { name: [bucket] }, object: { key: [{ wildcard }] } },
  })
}
