import { z } from 'zod'
import { jobIdField } from './message.ts'

const count = z.int().min(0)
const amount = z.number().min(0)
const seconds = count.describe('Seconds since the epoch.')

const pinned = { uri: z.string(), bytes: count, version: z.string() }

const endpoint = z.object({
  name: z.string(),
  variant: z.string().optional(),
  model: z.string().optional(),
  inferenceComponent: z.string().optional(),
  contentType: z.string(),
  accept: z.string(),
  response: z.string(),
})

const dataset = z.object({
  objects: z
    .array(
      z.object({
        ...pinned,
        source: z.object(pinned).optional().describe('What it was decompressed from.'),
      }),
    )
    .describe('Each input object, held to the version seen when the job was planned.'),
  header: z.boolean(),
  columns: z.array(z.string()).optional(),
  width: z.int().min(1).describe('Fields of a row.'),
  digest: z.string().describe("SHA-256 of the pinned dataset's document, as in the ledger."),
  sha256OfBatches: z
    .string()
    .describe(
      "SHA-256 over the SHA-256 (hexadecimal) of each batch's bytes, in their order; a batch that is not read, of a row too large for any invocation, adds nothing.",
    ),
})

/** One job of those that have made a result together. */
const layer = z.object({
  jobId: jobIdField,
  reasons: z
    .array(z.string())
    .optional()
    .describe(
      'Which row failures it was to mend; all of them, or none of a first job, when absent.',
    ),
  endpoint,
  rows: z
    .object({ invoked: count, predicted: count })
    .describe('Rows that it was to have answered, and those of them that it has a prediction for.'),
  invocations: count,
  throttles: count,
  times: z.object({
    created: seconds,
    started: seconds.optional(),
    ended: seconds.optional().describe('Not of the job that writes the result.'),
  }),
})

/** Members are those of `Usage` and `Bill` in libs/cost, which stands on this package. */
const cost = z.object({
  usage: z.object({
    invocations: amount,
    endpointSeconds: amount,
    endpointBytesIn: amount,
    endpointBytesOut: amount,
    sqsRequests: amount,
    sqsFairRequests: amount,
    writeUnits: amount,
    readUnits: amount,
    s3Writes: amount,
    s3Reads: amount,
    workerSeconds: amount,
  }),
  counted: z
    .object({ parts: count, of: count })
    .describe('Over how many parts consumers have counted, of how many.'),
  bill: z
    .object({
      sqs: amount,
      dynamodb: amount,
      s3: amount,
      endpointData: amount,
      fargate: amount,
      total: amount,
      perMillionRows: amount,
      region: z.string(),
      readOn: z.string().describe('The day of the prices.'),
    })
    .describe('Dollars.'),
})

/**
 * The proof that goes with a result: what came in, what came out, and by which endpoint.
 *
 * The aggregator writes it and parses none. It is for readers, and unlike a message it is open: members may
 * be added within a version, and who reads it leaves out what it does not know.
 */
export const resultManifestSchema = z
  .object({
    version: z.literal(1),
    millrace: z.string().describe('The version of Millrace that wrote the result.'),
    jobId: jobIdField,
    exportId: jobIdField
      .optional()
      .describe('Of a result that was made again from the predictions: the export.'),
    state: z.enum(['succeeded', 'succeeded_with_failures']),
    rows: z
      .object({
        total: count,
        predicted: count,
        failed: count,
        failedByCode: z.record(z.string(), count),
      })
      .describe('`total` is the sum of `predicted` and `failed`.'),
    batches: count,
    attempts: count.describe('Deliveries that recorded a part, the first of each included.'),
    invocations: count.describe('Counted over the recorded parts, of a retry those below too.'),
    throttles: count,
    invocationMs: amount.describe('The sum over the batches: that of one worker after the other.'),
    bytes: z.object({ input: count, predictions: count, output: count }),
    endpoint,
    variants: z
      .record(z.string(), count)
      .describe(
        'The production variants that answered, with the batches of which each answered rows: one of several counts for each.',
      ),
    variantChanged: z
      .boolean()
      .describe(
        'True when more than one variant or endpoint answered: rows came from different models.',
      ),
    dataset,
    spec: z
      .looseObject({ version: z.literal(1) })
      .describe(
        'The job spec as `job-spec.schema.json` has it, with each default; of an export, with its decision and output.',
      ),
    history: z
      .array(layer)
      .optional()
      .describe('Of a retry: what each job has done for this result, the first one first.'),
    outputs: z
      .array(z.object({ uri: z.string(), bytes: count, sha256: z.string() }))
      .describe('Each file as it was written.'),
    cost: cost
      .optional()
      .describe(
        'What the job has used of AWS, and its price. An export, which invokes nothing, has none.',
      ),
    times: z
      .object({
        created: seconds,
        started: seconds.optional(),
        firstRecorded: seconds.optional(),
        lastRecorded: seconds.optional(),
      })
      .describe('None is the time of writing: a result that is written again is the same.'),
  })
  .describe('What vouches for a result. It is written last, when every row is accounted for.')

export type ResultManifest = Frozen<z.output<typeof resultManifestSchema>>

type Frozen<T> = T extends readonly (infer Item)[]
  ? readonly Frozen<Item>[]
  : T extends object
    ? { readonly [Name in keyof T]: Frozen<T[Name]> }
    : T
