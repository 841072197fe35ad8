import { z } from 'zod'
import { limits } from './limits.ts'
import { decisionSchema, outputSchema, resultIssues } from './result-spec.ts'
import { column, uri } from './spec-fields.ts'

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
  })
  .superRefine(({ dataset: { format }, decision, output }, context) => {
    for (const { path, message } of resultIssues(format, decision, output)) {
      context.addIssue({ code: 'custom', path: [...path], message })
    }
  })
  .describe('A Millrace job: a dataset through an endpoint, to a result.')

export type JobSpec = z.output<typeof jobSpecSchema>
/** A spec as a person writes it: what has a default may be left out. */
export type JobSpecInput = z.input<typeof jobSpecSchema>
