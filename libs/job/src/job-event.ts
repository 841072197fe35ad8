import { z } from 'zod'
import { JOB_STATES } from './job-state.ts'
import { jobIdField } from './message.ts'

const seconds = z.int().min(0).describe('Seconds since the epoch.')

/**
 * What is told when a job starts, when it will miss its deadline, and when it ends: the `detail` of an EventBridge event, and the
 * message of an SNS topic. Receivers leave out what they do not know: fields may be added, so the schema is
 * open, as that of no message is which we receive.
 */
export const jobEventSchema = z
  .object({
    version: z.literal(1),
    id: z
      .string()
      .describe(
        'The same when an event is told again: `<job>:started`, `<job>:at_risk:<deadline>` or `<job>:ended`.',
      ),
    kind: z
      .enum(['started', 'at_risk', 'ended'])
      .optional() // What was told before there were deadlines has none.
      .describe(
        '`at_risk`: the job will have ended after its deadline, or that has passed. Told once of each deadline.',
      ),
    jobId: jobIdField,
    clientToken: z.string().describe('As it was in the job request.'),
    state: z
      .enum(JOB_STATES)
      .describe(
        '`running` at the start, a final one at the end; of a job at risk the one that it is in.',
      ),
    endpoint: z.string(),
    retryOf: jobIdField.optional().describe('The job that this one retries.'),
    dataset: z.string().describe('URI of the dataset.'),
    result: z
      .string()
      .describe(
        'URI of the result, or where it would be; of one for each input object, the folder.',
      ),
    manifest: z.string().optional().describe('URI of the manifest, when there is a result.'),
    rows: z
      .object({
        total: z.int().min(0),
        predicted: z.int().min(0).optional(),
        failed: z.int().min(0).optional(),
      })
      .optional()
      .describe('Predicted and failed rows, when there is a result.'),
    failure: z
      .object({
        code: z.string().describe('Listed in docs/reading-results.md, and there may be more.'),
        message: z.string(),
      })
      .optional(),
    createdAt: seconds,
    deadline: seconds.optional().describe('When the job is to have ended, where that was said.'),
    expectedAt: seconds
      .optional()
      .describe(
        'Of a job at risk: when its last batch will be recorded at its pace, where it has one. The result is written after that.',
      ),
    startedAt: seconds.optional(),
    endedAt: seconds.optional(),
  })
  .describe(
    'A job has started, is at risk of being late, or has ended. Told at least once; of one id, once is enough.',
  )

type ReadEvent = z.output<typeof jobEventSchema>

/** As we tell it. */
export type JobEvent = ReadEvent & { readonly kind: NonNullable<ReadEvent['kind']> }
