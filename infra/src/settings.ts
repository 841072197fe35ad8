import { jobTemplatesSchema, limits } from '@millrace/job'
import { z } from 'zod'

/** An S3 prefix that ends in a slash, `s3://bucket/` at the least. */
const prefix = z
  .string()
  .regex(/^s3:\/\/[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]\/([^*?]+\/)?$/, 'wanted s3://bucket/prefix/')

const account = z.string().regex(/^\d{12}$/, 'wanted an AWS account id of 12 digits')
/** Of a key itself: what an alias allows it allows on nothing. */
const keyArn = z
  .string()
  .regex(/^arn:aws:kms:[a-z0-9-]+:\d{12}:key\/[^/]+$/, 'wanted arn:aws:kms:REGION:ACCOUNT:key/ID')

const dataset = z.strictObject({
  uri: prefix.describe('Where datasets may lie besides the bucket of this stack.'),
  account: account.optional().describe("The bucket's owner; without it, this account."),
  kmsKeyArn: keyArn.optional().describe('The key that the objects are encrypted with.'),
})

const endpointScaling = z
  .strictObject({
    /** Copies of this inference component; without it, instances of the variant. */
    inferenceComponent: z.string().min(1).max(63).optional(),
    min: z.int().min(0).max(1_000),
    max: z.int().min(1).max(1_000),
    /** Invocations a minute that one instance or copy serves well. */
    invocationsPerMinute: z.number().positive(),
  })
  .refine(({ min, max }) => min <= max, 'wanted min <= max')
  .refine(({ min, inferenceComponent }) => min > 0 || inferenceComponent !== undefined, {
    path: ['min'],
    message: 'wanted 1 or more: only an inference component can be woken from zero',
  })

const ASK_VARIANT =
  "aws sagemaker describe-endpoint --query 'ProductionVariants[].VariantName' --endpoint-name …"

const endpoint = z
  .strictObject({
    name: z
      .string()
      .regex(/^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}$/, 'wanted a SageMaker endpoint name'),
    // No default: SageMaker counts by variant, and alarms on one that there is not would never ring.
    variant: z
      .string(`wanted the name of its variant; to ask for it: ${ASK_VARIANT}`)
      .min(1)
      .max(63)
      .describe('Whose invocations its alarms and its scaling look at.'),
    concurrency: z
      .int()
      .min(1)
      .max(100_000)
      .describe('Invocations that it serves at once beside its live traffic (`millrace tune`).'),
    inferenceComponents: z
      .array(z.string().min(1).max(63))
      .max(100)
      .default([])
      .describe('Those that jobs may name.'),
    latencySecondsMax: z
      .number()
      .positive()
      .max(60)
      .default(10)
      .describe('Above it an alarm rings.'),
    scaling: endpointScaling.optional(),
  })
  .refine(
    ({ inferenceComponents, scaling }) =>
      scaling?.inferenceComponent === undefined ||
      inferenceComponents.includes(scaling.inferenceComponent),
    {
      path: ['scaling', 'inferenceComponent'],
      message: 'wanted one of inferenceComponents: no other may be invoked',
    },
  )

/** A digest cannot move; a tag can. */
const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/, 'wanted the digest of an image, sha256:…')

/** Their letters choose their subnets, of which a network has eight. */
const zones = z
  .array(z.string().regex(/^[a-z-]+\d[a-h]$/, 'wanted a zone from a to h, such as eu-central-1a'))
  .min(1)
  .max(6)
  .refine((zones) => new Set(zones).size === zones.length, 'wanted each zone once')

/** As large as a VPC can be, and no smaller than leaves each of eight subnets the /28 that is AWS's least. */
const cidr = z
  .cidrv4()
  .refine((block) => {
    const length = Number(block.split('/')[1])
    return length >= 16 && length <= 25
  }, 'wanted a block of /16 to /25: no VPC is larger, and eight subnets have no room in less')
  .default('10.42.0.0/20')

const network = z.discriminatedUnion('kind', [
  z
    .strictObject({ kind: z.literal('existing'), vpcId: z.string().startsWith('vpc-') })
    .extend({ subnetIds: z.array(z.string().startsWith('subnet-')).min(1).max(16) })
    .extend({
      securityGroupIds: z
        .array(z.string().startsWith('sg-'))
        .max(4)
        .default([])
        .describe("Of yours, beside the stack's own, which lets HTTPS out and nothing else."),
    })
    .describe('Subnets of yours that reach AWS, by endpoints or NAT.'),
  z
    .strictObject({ kind: z.literal('private'), cidr, zones })
    .describe('A VPC without a way to the internet; AWS is reached by interface endpoints.'),
  z
    .strictObject({ kind: z.literal('public'), cidr, zones })
    .describe('A VPC that costs nothing at rest: tasks call out over HTTPS, nothing comes in.'),
])

const consumerTasks = z.strictObject({
  tasksMax: z.int().min(1).max(1_000).default(10),
  concurrency: z.int().min(1).max(limits.concurrencyMax).default(limits.concurrencyDefault),
  share: z
    .number()
    .gt(0)
    .max(1)
    .default(1)
    .describe('Of what the endpoint is found to serve; the rest is left to its live traffic.'),
  batchSeconds: z.number().positive().max(600).default(1).describe('What a batch takes.'),
  delaySeconds: z
    .number()
    .positive()
    .max(86_400)
    .default(120)
    .describe('How long a batch may wait before the fleet grows.'),
  spot: z.boolean().default(true).describe('Spot gives two minutes of notice, a drain needs less.'),
  cpu: z.union([z.literal(256), z.literal(512), z.literal(1_024), z.literal(2_048)]).default(256),
  memoryMiB: z
    .int()
    .optional()
    .describe(
      'Of those that Fargate has for `cpu`; the least that takes `concurrency` is default.',
    ),
})

/** Memory (MiB) by CPU units. https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html */
const FARGATE_MEMORY: Readonly<Record<z.output<typeof consumerTasks>['cpu'], readonly number[]>> = {
  256: [512, 1_024, 2_048],
  512: gibibytes(1, 4),
  1_024: gibibytes(2, 8),
  2_048: gibibytes(4, 16),
}

function gibibytes(least: number, most: number): readonly number[] {
  return Array.from({ length: most - least + 1 }, (_, more) => (least + more) * 1_024)
}

/** Half of it is for what is invoked at once, of which each may be as large as a batch is planned. */
const memoryFor = (concurrency: number): number =>
  Math.ceil((2 * concurrency * limits.predictionBytesPlanned) / 2 ** 20)

const consumers = consumerTasks.transform(({ memoryMiB, ...tasks }, context) => {
  const { cpu, concurrency } = tasks
  const wanted = memoryFor(concurrency)
  const offered = FARGATE_MEMORY[cpu].filter((size) => size >= wanted)
  const [least = 0] = offered
  const refuse = (path: string, message: string) =>
    context.addIssue({ code: 'custom', path: [path], message })
  if (offered.length === 0) {
    refuse('concurrency', `${concurrency} at once want ${wanted} MiB, cpu ${cpu} has less`)
  } else if (memoryMiB !== undefined && !offered.includes(memoryMiB)) {
    const what = `cpu ${cpu} and ${concurrency} at once`
    refuse('memoryMiB', `wanted ${offered.join(', ')} for ${what}, got ${memoryMiB}`)
  }
  return { ...tasks, memoryMiB: memoryMiB ?? least }
})

const alarms = z.strictObject({
  email: z.email().optional().describe('Gets every alarm, after it has confirmed by mail.'),
  monthlyCostUsd: z
    .number()
    .positive()
    .optional()
    .describe('A month that costs more, or will, rings (`resting-cost.ts` has the default).'),
  runbook: z
    .url()
    .default('https://github.com/millrace/millrace/blob/main/docs/runbook.md')
    .describe('Where alarms point to, with the section behind it.'),
})

const events = z.strictObject({
  bus: z.boolean().default(false).describe('An EventBridge bus that hears of jobs.'),
  topic: z.boolean().default(false).describe('An SNS topic that hears of them.'),
})

const tags = z
  .record(z.string().min(1).max(128), z.string().max(256))
  .default({})
  .superRefine((tags, context) => {
    const message = 'wanted a name that does not begin with aws:, which AWS keeps for its own'
    for (const name of Object.keys(tags)) {
      if (/^aws:/i.test(name)) context.addIssue({ code: 'custom', path: [name], message })
    }
  })

/** A job template whose prefix and output may begin with the stack's own buckets. */
const template = z.looseObject({
  prefix: z.string(),
  suffix: z.string().default(''),
  spec: z.looseObject({
    endpoint: z.looseObject({ name: z.string(), inferenceComponent: z.string().optional() }),
    output: z.looseObject({ uri: z.string().startsWith('{results}', 'wanted {results}…') }),
  }),
})

/** What a producer would refuse when it starts is refused here. */
const templates = z
  .array(template)
  .default([])
  .superRefine((templates, context) => {
    const text = JSON.stringify(templates)
      .replaceAll('{datasets}', 's3://datasets/')
      .replaceAll('{results}', 's3://results/results/')
    const parsed = jobTemplatesSchema.safeParse(JSON.parse(text))
    for (const { path, message } of parsed.error?.issues ?? []) {
      context.addIssue({ code: 'custom', path, message })
    }
  })

/** What a stack may choose. Documented with examples in `docs/deploy.md`. */
export const settingsSchema = z
  .strictObject({
    endpoints: z
      .array(endpoint)
      .min(1)
      .max(20)
      .refine(
        (endpoints) => new Set(endpoints.map(({ name }) => name)).size === endpoints.length,
        'wanted each name once: alarms look at one variant, permissions are for all of them',
      ),
    images: z
      .strictObject({ producer: digest, consumer: digest, aggregator: digest })
      .optional()
      .describe("What runs, of this stack's repositories. No task starts before they are named."),
    datasets: z.array(dataset).max(50).default([]),
    consumers: consumers.prefault({}),
    network,
    encryption: z.enum(['aws', 'kms']).default('aws').describe('Keys of AWS or one of your own.'),
    architecture: z.enum(['arm64', 'x86_64']).default('arm64'),
    retentionDays: z
      .strictObject({
        logs: z.union([z.literal(7), z.literal(30), z.literal(90), z.literal(365)]).default(30),
        results: z.int().min(1).max(3_650).default(90),
      })
      .prefault({}),
    containerInsights: z.boolean().default(false),
    protect: z.boolean().default(true).describe('Refuse to destroy or replace what holds data.'),
    alarms: alarms.prefault({}),
    events: events.prefault({}),
    templates: templates.describe('New objects that are jobs (docs/sending-jobs.md).'),
    tags,
  })
  .refine(
    ({ endpoints, consumers }) =>
      endpoints.every(({ concurrency }) => concurrency >= consumers.concurrency),
    'consumers.concurrency is more than one of the endpoints serves at once',
  )
  .superRefine(({ templates, endpoints, datasets }, context) => {
    const places = ['{datasets}', ...datasets.map(({ uri }) => uri)]
    for (const [index, { prefix, spec }] of templates.entries()) {
      const refuse = (path: string[], message: string) =>
        context.addIssue({ code: 'custom', path: ['templates', index, ...path], message })
      if (!places.some((place) => prefix.startsWith(place))) {
        refuse(['prefix'], `wanted one that begins with ${places.join(' or ')}`)
      }
      const { name: invoked, inferenceComponent } = spec.endpoint
      const endpoint = endpoints.find(({ name }) => name === invoked)
      if (endpoint === undefined) {
        refuse(['spec', 'endpoint', 'name'], 'wanted one of endpoints')
      } else if (
        inferenceComponent !== undefined &&
        !endpoint.inferenceComponents.includes(inferenceComponent)
      ) {
        const message = `wanted one of the inferenceComponents of ${invoked}`
        refuse(['spec', 'endpoint', 'inferenceComponent'], message)
      }
    }
  })

export type Settings = z.output<typeof settingsSchema>
export type EndpointSettings = Settings['endpoints'][number]

/**
 * @param region the stack's, where it is known: zones must be of it.
 * @throws {Error} one that names every setting that is wrong, with what was wanted.
 */
export function readSettings(input: unknown, region?: string): Settings {
  const parsed = settingsSchema
    .superRefine(({ network }, context) => {
      if (network.kind === 'existing' || region === undefined) return
      for (const [index, zone] of network.zones.entries()) {
        if (zone.startsWith(region)) continue
        const message = `wanted a zone of aws:region, such as ${region}a`
        context.addIssue({ code: 'custom', path: ['network', 'zones', index], message })
      }
    })
    .safeParse(input)
  if (parsed.success) return parsed.data
  const lines = parsed.error.issues.map(
    ({ path, message }) => `  millrace:settings.${path.join('.')}: ${message}`,
  )
  throw new Error(`the stack's settings are wrong (docs/deploy.md):\n${lines.join('\n')}`)
}

/**
 * Consumers that run at most. All of them may work for one job, so for one endpoint: the smallest
 * one bounds the fleet.
 */
export function tasksMaxOf({ consumers, endpoints }: Settings): number {
  const served = Math.min(...endpoints.map(({ concurrency }) => concurrency))
  return Math.min(consumers.tasksMax, Math.floor(served / consumers.concurrency))
}
