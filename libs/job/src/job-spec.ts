import { z } from 'zod'
import { datasetByName } from './by-name.ts'
import { deadlineSchema } from './deadline.ts'
import { limits } from './limits.ts'
import { decisionSchema, outputSchema, resultIssues } from './result-spec.ts'
import { column, isObjectOfS3, response, uri } from './spec-fields.ts'

const csv = z
  .strictObject({
    header: z.enum(['auto', 'present', 'absent']).default('auto'),
    delimiter: z
      .string()
      .length(1)
      .optional()
      .describe('By the name when absent: a tab of `.tsv` and `.tab`, else a comma.'),
    quote: z.string().length(1).default('"'),
  })
  .describe('How the dataset is written.')

const columns = z.array(column).min(1).max(100_000).optional()

/** One mapping, not one of two: a key that is misspelt is then no key of it, whatever was meant. */
const features = z
  .strictObject({ include: columns, exclude: columns })
  .refine(({ include, exclude }) => (include === undefined) !== (exclude === undefined), {
    error: ({ input }) =>
      `wanted include or exclude, got ${'include' in Object(input) ? 'both' : 'none'}`,
  })
  .transform(({ include, exclude = [] }) => (include === undefined ? { exclude } : { include }))
  .meta({
    description: "The columns that are the model's input; all of them when absent.",
    minProperties: 1,
    maxProperties: 1,
  })

const dataset = z
  .strictObject({
    uri: uri.describe(
      'One object or file; all below a prefix or folder that ends in a slash; or the objects that a SageMaker manifest (`….manifest`) names.',
    ),
    version: z
      .string()
      .max(1_024)
      .regex(/^(?:"[!#-~]+"|[!#-~]+)$/, 'wanted a version id of S3, or an ETag in its quotes')
      .optional()
      .describe(
        'The version of a single object in S3 that is to be read: its version id, or its ETag in quotes. Where another one lies there the job ends with `dataset_changed`. When absent it is what lies there as the job is planned.',
      ),
    format: z
      .enum(['csv', 'jsonl'])
      .optional()
      .describe(
        '`jsonl`: a row is a line of JSON, sent as it is. By the name when absent: `.jsonl`, `.ndjson` and `.jsonlines` are, all else is a CSV.',
      ),
    compression: z
      .enum(['auto', 'none', 'gzip', 'zstd'])
      .default('auto')
      .describe(
        'Compressed objects are decompressed once, beside the plan. `auto`: all are taken for what the first bytes of the first one are of.',
      ),
    csv: csv.prefault({}),
    features: features.optional(),
  })
  // In one order, said or not: specs are compared and named by their text.
  .transform(({ uri: place, ...said }) => {
    const named = datasetByName(place)
    const { format = named.format ?? 'csv', compression, csv: written, ...rest } = said
    const { header, delimiter = named.csv?.delimiter ?? ',', quote } = written
    return { uri: place, format, compression, csv: { header, delimiter, quote }, ...rest }
  })
  .refine(({ uri, version }) => version === undefined || isObjectOfS3(uri), {
    path: ['version'],
    message: 'is that of one object in S3: leave it out for files, folders and manifests',
  })
  .refine(({ format, features }) => format === 'csv' || features === undefined, {
    path: ['features'],
    message: 'chooses columns of a CSV, and JSON lines have none: leave it out',
  })

/** What a header takes. */
const PRINTABLE = /^[!-~][ -~]*$/

const mediaType = z
  .string()
  .max(256)
  .regex(PRINTABLE, 'wanted a media type, such as text/csv')
  .optional()

/** https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpoint.html */
const nameOf = (what: string) =>
  z.string().regex(/^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}$/, `wanted ${what}`)

const endpoint = z.strictObject({
  name: nameOf('a SageMaker endpoint name'),
  variant: nameOf("the name of one of the endpoint's variants").optional(),
  model: z.string().max(1_024).regex(PRINTABLE, 'wanted the key of a model artifact').optional(),
  inferenceComponent: nameOf("the name of one of the endpoint's inference components").optional(),
  contentType: mediaType.describe(
    'Of what is sent; `text/csv`, or `application/jsonlines` for JSON lines, unless given.',
  ),
  accept: mediaType.describe(
    'Of what is to be answered; unless given, `contentType` where that is given and JSON, else as its default.',
  ),
  response: response
    .default('auto')
    .describe('How predictions are read out of the answer; `auto` finds it by the rows sent.'),
})

const batching = z.strictObject({
  rows: z.int().min(1).max(limits.batchRowsMax).default(limits.batchRowsDefault),
  payloadBytesMax: z
    .int()
    .min(1_024)
    .max(limits.payloadBytesMax)
    .default(limits.payloadBytesDefault)
    .describe('Bytes of one invocation at most; a serverless endpoint takes 4 MB.'),
})

const tolerance = z.strictObject({
  failedRowsMax: z.int().min(0).optional(),
  failedRowsPercentMax: z.number().min(0).max(100).optional(),
})

/** What a job is to do: the same in the CLI's YAML file, in a job request and in the ledger. */
export const jobSpecSchema = z
  .strictObject({
    version: z.literal(1),
    dataset,
    endpoint,
    batching: batching.prefault({}),
    decision: decisionSchema.prefault({}),
    output: outputSchema,
    tolerance: tolerance.prefault({}),
    deadline: deadlineSchema
      .optional()
      .describe(
        'When the job is to have ended: so long after its request is first received (`90m`, `4h`, `2d`), or a moment with its zone (`2026-12-01T06:00:00Z`). It is told early that this is at risk; a job that is late goes on.',
      ),
  })
  .transform(withMediaTypes)
  // Of a spec that is written out, so of none with a wrong value in it.
  .superRefine(({ dataset: { format }, decision, output }, context) => {
    for (const { path, message } of resultIssues(format, decision, output)) {
      context.addIssue({ code: 'custom', path: [...path], message })
    }
  })
  .describe('A Millrace job: a dataset through an endpoint, to a result.')

/** A media type of JSON, without what follows it, such as a character set. */
const JSON_TYPE = /^[^;]*json[^; ]*/i

/** What is sent, and what is asked for, when the spec does not say. Who takes JSON answers in it. */
function withMediaTypes<
  T extends {
    readonly dataset: { readonly format: 'csv' | 'jsonl' }
    readonly endpoint: {
      readonly contentType?: string | undefined
      readonly accept?: string | undefined
    }
  },
>(spec: T) {
  const usual = spec.dataset.format === 'jsonl' ? 'application/jsonlines' : 'text/csv'
  const { contentType = usual } = spec.endpoint
  const { accept = JSON_TYPE.exec(contentType)?.[0] ?? usual } = spec.endpoint
  return { ...spec, endpoint: { ...spec.endpoint, contentType, accept } }
}

export type JobSpec = z.output<typeof jobSpecSchema>
/** A spec as a person writes it: what has a default may be left out. */
export type JobSpecInput = z.input<typeof jobSpecSchema>

/** How the rows of a dataset are told apart: a `Dialect` of libs/csv. In JSON lines no byte has a meaning. */
export function dialectOf({ format, csv: { delimiter, quote } }: JobSpec['dataset']): {
  readonly delimiter: string
  readonly quote: string
} {
  return format === 'jsonl' ? { delimiter: '', quote: '' } : { delimiter, quote }
}
