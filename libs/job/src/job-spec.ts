import { z } from 'zod'
import { limits } from './limits.ts'

const uri = z
  .string()
  .max(2_048)
  .regex(/^(s3:\/\/[a-z0-9.-]{3,63}\/.*|file:\/\/\/.*)$/, 'wanted s3://bucket/key or file:///path')

/** A column by its name in the header, or by its index from 0. */
const column = z.union([z.string().min(1).max(1_024), z.int().min(0).max(100_000)])

const csv = z
  .strictObject({
    header: z.enum(['auto', 'present', 'absent']).default('auto'),
    delimiter: z.string().length(1).default(','),
    quote: z.string().length(1).default('"'),
  })
  .describe('How the dataset is written.')

const features = z
  .union([
    z.strictObject({ include: z.array(column).min(1).max(100_000) }),
    z.strictObject({ exclude: z.array(column).min(1).max(100_000) }),
  ])
  .describe("The columns that are the model's input; all of them when absent.")

const dataset = z.strictObject({
  uri: uri.describe('One object or file, or a prefix that ends in a slash.'),
  format: z.enum(['csv', 'jsonl']).default('csv'),
  compression: z.enum(['none', 'gzip', 'zstd']).default('none'),
  csv: csv.prefault({}),
  features: features.optional(),
})

const endpoint = z.strictObject({
  name: z.string().regex(/^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}$/, 'wanted a SageMaker endpoint name'),
  variant: z.string().min(1).max(63).optional(),
  model: z.string().min(1).max(1_024).optional(),
  inferenceComponent: z.string().min(1).max(63).optional(),
  contentType: z.string().min(1).max(256).default('text/csv'),
  accept: z.string().min(1).max(256).default('text/csv'),
  response: z
    .string()
    .min(1)
    .max(256)
    .default('auto')
    .describe('How predictions are read out of the answer; `auto` finds it by the rows sent.'),
})

const batching = z.strictObject({
  rows: z.int().min(1).max(limits.batchRowsMax).default(limits.batchRowsDefault),
  payloadBytesMax: z
    .int()
    .min(1_024)
    .max(limits.payloadBytesMax)
    .default(limits.payloadBytesDefault),
})

const decision = z.strictObject({
  kind: z.enum(['binary', 'multiclass', 'none']).default('binary'),
  threshold: z.number().default(0.5).describe('Above it is the second label; exactly it is not.'),
  labels: z.array(z.string().max(256)).min(2).max(10_000).default(['0', '1']),
})

const output = z.strictObject({
  uri: uri.describe('The result file; or a folder that ends in a slash, for `result.csv` in it.'),
  format: z.enum(['csv', 'jsonl', 'parquet']).default('csv'),
  join: z
    .union([z.enum(['none', 'all']), z.array(column).min(1).max(100_000)])
    .default('none')
    .describe('Which input columns stand beside the prediction, byte for byte.'),
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
    decision: decision.prefault({}),
    output,
    tolerance: tolerance.prefault({}),
  })
  .describe('A Millrace job: a dataset through an endpoint, to a result.')

export type JobSpec = z.output<typeof jobSpecSchema>
/** A spec as a person writes it: what has a default may be left out. */
export type JobSpecInput = z.input<typeof jobSpecSchema>
