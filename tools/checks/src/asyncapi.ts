/*
 * `contracts/asyncapi.json`: the three queues, who sends what on them, and by which schema. AsyncAPI 3.0,
 * https://www.asyncapi.com/docs/reference/specification/v3.0.0. The payloads are the JSON Schemas beside it.
 */

const QUEUES = {
  jobs: {
    description:
      'Where jobs are asked for: `MILLRACE_JOBS_QUEUE_URL` of a deployment. Any sender that the deployment lets in may publish here. A standard SQS queue.',
    receiver: 'producer',
    messages: ['job-request', 's3-event'],
  },
  batches: {
    description:
      'One message for each batch of a planned job. A standard SQS queue; `MessageGroupId` is the job, for fairness.',
    receiver: 'consumer',
    messages: ['batch-message'],
  },
  completions: {
    description: 'Jobs that the aggregator is to look at. A standard SQS queue.',
    receiver: 'aggregator',
    messages: ['completion-message'],
  },
} as const

/** Message attributes, all of them optional. */
const attributes = {
  type: 'object',
  properties: {
    traceparent: {
      type: 'string',
      description: 'W3C trace context of the span that published it.',
    },
    tracestate: { type: 'string' },
    jobtrace: { type: 'string', description: 'The traceparent of the job.' },
  },
} as const

const MESSAGES: Readonly<Record<string, object>> = {
  'job-request': message('A request to run a job.', { $ref: './job-request.schema.json' }),
  's3-event': message(
    "An object was created, as S3 or EventBridge tells it; it becomes a job by the deployment's templates.",
    { type: 'object', description: "AWS's own: see docs/sending-jobs.md." },
  ),
  'batch-message': message('One batch, to be invoked.', { $ref: './batch-message.schema.json' }),
  'completion-message': message('A job whose last batch may have been recorded.', {
    $ref: './completion-message.schema.json',
  }),
}

function message(summary: string, payload: object): object {
  return {
    summary,
    contentType: 'application/json',
    headers: { $ref: '#/components/schemas/attributes' },
    payload,
  }
}

export function asyncApi(version: string): object {
  const queues = Object.entries(QUEUES)
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Millrace',
      version,
      description:
        'A table through a SageMaker endpoint. Every body is JSON with `version: 1`; other versions and unknown fields are refused, and go to the dead-letter queue with their reason.',
      license: { name: 'Apache-2.0' },
    },
    defaultContentType: 'application/json',
    channels: Object.fromEntries(
      queues.map(([name, { description, messages }]) => [
        name,
        {
          // Each deployment has its own: the stack's output `environment`, or what `millrace dev` prints.
          address: null,
          description,
          messages: Object.fromEntries(
            messages.map((one) => [one, { $ref: `#/components/messages/${one}` }]),
          ),
        },
      ]),
    ),
    operations: Object.fromEntries(
      queues.map(([name, { receiver }]) => [
        `${receiver}-receives`,
        { action: 'receive', channel: { $ref: `#/channels/${name}` } },
      ]),
    ),
    components: { messages: MESSAGES, schemas: { attributes } },
  }
}
