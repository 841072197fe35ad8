import * as aws from '@pulumi/aws'
import * as pulumi from '@pulumi/pulumi'
import { z } from 'zod'
import type { Settings } from './settings.ts'

/** Where resources are made: the stack's region, each tagged so that its cost and owner are known. */
export function inAccount({ tags }: Settings): pulumi.ComponentResourceOptions {
  const provider = new aws.Provider('account', {
    ...readProvider(pulumi.runtime.allConfig()),
    defaultTags: { tags: { ...tags, Project: 'millrace', Stack: pulumi.getStack() } },
  })
  return { provider }
}

/**
 * The account and region of resources with these options, asked of the provider that makes them:
 * another one may be signed in elsewhere.
 */
export function whereaboutsOf(options: pulumi.InvokeOptions): {
  readonly accountId: pulumi.Output<string>
  readonly region: pulumi.Output<string>
} {
  return {
    accountId: aws.getCallerIdentityOutput({}, options).accountId,
    region: aws.getRegionOutput({}, options).region,
  }
}

/** Of the partitions of AWS that have other ARNs and domains, which no stack was ever built in. */
const ELSEWHERE = /^(cn|us-gov|us-iso|eu-iso|eusc)/

/** The engine keeps what is no text as JSON. */
const json = <Schema extends z.ZodType>(schema: Schema) =>
  z.preprocess((text) => JSON.parse(String(text)) as unknown, schema)

const accountIds = json(z.array(z.coerce.string()))

const providerSchema = z.strictObject({
  region: z
    .string('wanted a region such as eu-central-1')
    .refine((region) => !ELSEWHERE.test(region), 'wanted a region of the partition aws')
    .transform((region) => region as aws.Region),
  profile: z.string().optional(),
  assumeRoles: json(z.array(z.looseObject({ roleArn: z.string() }))).optional(),
  allowedAccountIds: accountIds.optional(),
  forbiddenAccountIds: accountIds.optional(),
})

/**
 * What the stack's `aws:` configuration makes of its provider: the engine gives it to no provider but its default one
 * (https://github.com/pulumi/pulumi-aws/issues/1307), and the stack would be built in another account.
 *
 * @throws {Error} one that names what is wrong, or has no effect.
 */
export function readProvider(config: Readonly<Record<string, string>>): aws.ProviderArgs {
  const ours = Object.entries(config).flatMap(([key, value]) =>
    key.startsWith('aws:') ? [[key.slice('aws:'.length), value]] : [],
  )
  const parsed = providerSchema.safeParse(Object.fromEntries(ours))
  if (parsed.success) return parsed.data
  const wanted = Object.keys(providerSchema.shape).map((key) => `aws:${key}`)
  const lines = parsed.error.issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => `  aws:${key}: has no effect, wanted one of ${wanted.join(', ')}`)
      : [`  aws:${issue.path.join('.')}: ${issue.message}`],
  )
  throw new Error(`the stack's account is wrong (docs/deploy.md):\n${lines.join('\n')}`)
}
