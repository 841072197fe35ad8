import { createHash } from 'node:crypto'
import { z } from 'zod'
import { withoutCompression } from './by-name.ts'
import { ContractError, describeIssues } from './contract-error.ts'
import { type JobRequest, jobRequestOf } from './job-request.ts'
import { isMoment } from './deadline.ts'
import { jobSpecSchema } from './job-spec.ts'
import { newJobSpecSchema } from './new-job-spec.ts'
import type { CreatedObject } from './object-created.ts'
import { isObjectOfS3 } from './spec-fields.ts'

/**
 * A job for each object that comes to be below a prefix. An event brings the object's name and nothing
 * else: what is invoked and where the result goes stands here, in the deployment's configuration.
 */
export interface JobTemplate {
  /** `s3://bucket/prefix`: objects whose URI begins with it. */
  readonly prefix: string
  /** And ends with this: `.csv`. Default: any end. */
  readonly suffix: string
  /** A job spec without `dataset.uri` and `dataset.version`, and with `{name}` in `output.uri`; `{version}` may be beside it. */
  readonly spec: Readonly<Record<string, unknown>>
}

/**
 * Stands in `output.uri` for the object's name: what lies between prefix and suffix, or without a suffix what
 * follows the prefix but for the endings that say how a dataset is written and packed.
 */
const NAME = '{name}'

/**
 * What is replaced in `output.uri`. `{version}` is the object's version, so that each has a result of its own: of two
 * that write to one place the last to end wins, and that may be the job of the older version.
 */
const PLACEHOLDER = /\{(name|version)\}/g

/** What looks like one and is none: it would stand in the name of each result. */
const UNKNOWN = /\{(?!(?:name|version)\})[A-Za-z_]+\}/

const partialSpec = z.looseObject({
  dataset: z.looseObject({ uri: z.never().optional(), version: z.never().optional() }).default({}),
  output: z.looseObject({
    uri: z
      .string()
      .includes(NAME, { error: `wanted ${NAME}, or each job writes over the last` })
      .refine((text) => !UNKNOWN.test(text), {
        error: ({ input }) =>
          `wanted ${NAME} and {version} alone in braces, got ${UNKNOWN.exec(String(input))?.[0]}: leave it out, or write what it is to say`,
      }),
  }),
})

const template = z.strictObject({
  prefix: z.string().regex(/^s3:\/\/[a-z0-9.-]{3,63}\/.*$/, 'wanted s3://bucket/prefix'),
  suffix: z.string().max(64).default(''),
  spec: partialSpec,
})

/** Checks templates when an app starts, with a spec that is whole but for the object's name. */
export const jobTemplatesSchema = z
  .array(template)
  .max(100)
  .superRefine((templates, context) => {
    for (const [index, one] of templates.entries()) {
      for (const message of faultsOf(one, templates)) {
        context.addIssue({ code: 'custom', path: [index], message })
      }
    }
  })

type Template = z.output<typeof template>

/** Why there can be no job by a template, or none that ends well. */
function faultsOf(one: Template, templates: readonly Template[]): readonly string[] {
  const { prefix, suffix, spec } = one
  const [output = ''] = spec.output.uri.split(/\{(?:name|version)\}/)
  const watched = watchedBy(templates, output)
  const sample = specFor(one, { uri: `${prefix}sample${suffix}`, version: 'sample' })
  // A result below a prefix may lie over its dataset, too: that is one fault.
  const schema = watched === undefined ? newJobSpecSchema : jobSpecSchema
  const { error } = schema.safeParse(sample, { reportInput: true })
  const { deadline } = spec
  const first = templates.findIndex((other) => other.prefix === prefix && other.suffix === suffix)
  const checks: readonly (readonly [boolean, string])[] = [
    [error !== undefined, error === undefined ? '' : describeIssues(error)],
    [
      typeof deadline === 'string' && isMoment(deadline),
      'deadline: wanted a time from when an object comes, such as 4h, got a moment',
    ],
    [watched !== undefined, `output ${output} lies below the prefix ${watched?.prefix}`],
    [
      templates[first] !== one,
      `has the prefix and the suffix of template ${first}, which makes the jobs of all their objects: leave one of the two out, or give it another suffix`,
    ],
  ]
  return checks.filter(([wrong]) => wrong).map(([, message]) => message)
}

/** A result is an object too: below a prefix it would ask for the next job, and that one for the next. */
const watchedBy = (
  templates: readonly Pick<JobTemplate, 'prefix'>[],
  output: string,
): Pick<JobTemplate, 'prefix'> | undefined =>
  templates.find(({ prefix }) => output.startsWith(prefix))

/**
 * The request that an object asks for, or nothing when no template is for it; the longest prefix wins,
 * and of one prefix the longest suffix.
 * The client token follows from object and version, so that S3 may tell of it twice.
 *
 * @throws {ContractError} when the object's name makes a spec that cannot be, or leads its result below a
 *   prefix: what stands before the name is looked at when an app starts, and no more can be then.
 */
export function requestFor(
  templates: readonly JobTemplate[],
  object: CreatedObject,
): JobRequest | undefined {
  const { uri, version } = object
  const fitting = templates
    .filter(({ prefix, suffix }) => uri.startsWith(prefix) && uri.endsWith(suffix))
    .toSorted((a, b) => b.prefix.length - a.prefix.length || b.suffix.length - a.suffix.length)[0]
  if (fitting === undefined) return undefined
  const clientToken = tokenOf(uri, version)
  const request = jobRequestOf({ version: 1, clientToken, spec: specFor(fitting, object) })
  const output = request.spec.output.uri
  const watched = watchedBy(templates, output)
  if (watched === undefined) return { ...request, byTemplate: true }
  const message = `${uri}: its output ${output} lies below the prefix ${watched.prefix}`
  throw new ContractError('invalid', message)
}

function specFor(
  { prefix, suffix, spec }: JobTemplate,
  { uri, version: told, pinned }: CreatedObject,
): unknown {
  const rest = uri.slice(prefix.length)
  const name = suffix === '' ? withoutEndings(rest) : rest.slice(0, -suffix.length)
  const { dataset = {}, output } = spec as { dataset?: object; output: { uri: string } }
  // The event tells it, so it must not lead to another folder.
  const version = told.replaceAll(/[^A-Za-z0-9_.-]/g, '_')
  // At once, and by a function: a name may hold a placeholder, or `$&`.
  const replaced = (_: string, which: string): string => (which === 'name' ? name : version)
  const outputUri = output.uri.replaceAll(PLACEHOLDER, replaced)
  // What a manifest lists has versions of its own.
  const read = pinned !== undefined && isObjectOfS3(uri) ? { uri, version: pinned } : { uri }
  return { ...spec, dataset: { ...dataset, ...read }, output: { ...output, uri: outputUri } }
}

/** `day.csv.gz` is `day`; what else follows a point, as in `part.0001`, tells objects apart. */
const withoutEndings = (name: string): string =>
  withoutCompression(name).replace(
    /\.(?:csv|tsv|tab|txt|jsonl|ndjson|jsonlines|json|manifest)$/i,
    '',
  )

/** A client token has at most 256 characters, and a key alone may have 1,024. */
function tokenOf(uri: string, version: string): string {
  return `s3-${createHash('sha256').update(`${uri}\n${version}`).digest('hex')}`
}
