import { batchMap } from '../src/batch-map.ts'
import type {
  FailuresAnswer,
  JobAnswer,
  JobLine,
  JobsAnswer,
  LetterGroup,
  LettersAnswer,
  MessagesAnswer,
} from '../src/console-data.ts'

/* A system with much going on: each state, long names, and strangers that try to be markup. */

/** What a stranger may send; it asks for a picture and says so when it is taken for markup. */
export const MARKUP = '<img src=/stolen.png onerror=alert(1)>'

/** When it all is looked at. */
export const NOW = 1_790_000_000

export const RUNNING = 'j-4f2a91c07de85b3610aa'
export const PAUSED = 'j-90c1de77ab2f4e6d8812'
const FAILED = 'j-1b7e02d9c44a83f56e90'

export const REASON = 'invoke churn-v3: endpoint_throttled (ThrottlingException: Rate exceeded)'
const WAITS = `batches were given back undone 2026-09-21T14:12:40Z: ${REASON}`

const done = (endpoint: string, dataset: string, rows: number, agoSeconds: number) => ({
  endpoint,
  dataset,
  rows,
  batches: Math.ceil(rows / 1_000),
  createdAt: NOW - agoSeconds,
  endedAt: NOW - agoSeconds + Math.ceil(rows / 40_000),
})

const jobs: readonly JobLine[] = [
  {
    jobId: RUNNING,
    state: 'running',
    endpoint: 'churn-v3',
    dataset: 's3://acme-analytics-tables/customers/2026/september/active-customers.csv',
    rows: 12_400_000,
    batches: 12_400,
    recorded: 5_232,
    failedRows: 214,
    waits: REASON,
    createdAt: NOW - 312,
  },
  {
    jobId: 'j-77d0c3b1a29e4f586c04',
    state: 'planning',
    endpoint: 'flight-delays-production-eu-west-1',
    dataset: 's3://acme-analytics-tables/flights/2026-09/',
    recorded: 12,
    failedRows: 0,
    createdAt: NOW - 44,
  },
  {
    jobId: PAUSED,
    state: 'paused',
    endpoint: 'fraud-scores',
    dataset: 's3://acme-payments/transactions/2026-09-20.jsonl',
    rows: 3_200_000,
    batches: 6_400,
    recorded: 6_020,
    failedRows: 0,
    createdAt: NOW - 7_300,
  },
  {
    jobId: 'j-c81f09e2b6d34a75f1e8',
    state: 'aggregating',
    endpoint: 'churn-v2',
    dataset: 's3://acme-analytics-tables/customers/2026/august/active-customers.csv',
    rows: 940_000,
    batches: 940,
    recorded: 940,
    failedRows: 3,
    createdAt: NOW - 9_040,
  },
  {
    jobId: 'j-5e6a17c2d90b48f3a7bd',
    state: 'succeeded',
    ...done('churn-v2', 's3://acme-analytics-tables/customers/august.csv', 938_211, 86_500),
  },
  {
    jobId: 'j-a3d8f47c1e0946b2951c',
    state: 'succeeded_with_failures',
    retryOf: FAILED,
    ...done('flight-delays', `s3://acme/${MARKUP}.csv`, 1_204, 90_100),
  },
  {
    jobId: FAILED,
    state: 'failed',
    ...done('flight-delays', 's3://acme/flights/2026-08/', 88_400_000, 172_000),
  },
  {
    jobId: 'j-0d94be6fa7c2413e8850',
    state: 'cancelled',
    ...done('fraud-scores', 's3://acme-payments/transactions/all/', 240_000_000, 260_000),
  },
  {
    jobId: 'j-e2b5709cd8164fa39d17',
    state: 'unreadable',
    reason: `spec: endpoint: has no key "region" ${MARKUP}`,
    createdAt: NOW - 350_000,
  },
]

export const jobsAnswer: JobsAnswer = { place: 'millrace-ledger', hasLetters: true, jobs }

const failedIn = new Map([
  ...Array.from({ length: 9 }, (_, at) => [1_211 + at * 5, 6] as const),
  ...Array.from({ length: 10 }, (_, at) => [3_900 + at * 37, 16] as const),
])

/** The running job, so far. */
export function jobAnswer(recorded = 5_232): JobAnswer {
  const facts = [
    ['job', RUNNING],
    ['state', 'running'],
    ['waits', WAITS],
    ['dataset', 's3://acme-analytics-tables/customers/2026/september/active-customers.csv'],
    ['endpoint', 'churn-v3'],
    ['result', 's3://acme-analytics-tables/scores/2026/september/'],
    ['rows', '12400000'],
    ['failed rows', '214'],
    ['batches', `${recorded} of 12400 recorded`],
    ['set aside', 'a message for batch 3900: the model answers with status 500 (model_failed)'],
    ['preflight', '1000 rows in 212 ms, 184.2 bytes a row sent, 19.1 bytes a row answered'],
    ['concurrency', 'at most 16 in flight'],
    ['tolerance', '5000 failed rows and 0.1 % of the rows'],
    ['deadline', '2026-09-21T18:08:08Z, 3 h 54 min left'],
    ['created', '2026-09-21T14:08:08Z'],
    ['started', '2026-09-21T14:08:10Z'],
  ] as const
  // As consumers do it: far ahead some batches are done, and behind some are missing.
  const has = (batch: number): boolean =>
    batch < recorded - 900 ? batch % 977 !== 976 : batch < recorded + 900 && batch % 2 === 0
  return {
    jobId: RUNNING,
    state: 'running',
    facts,
    rows: 12_400_000,
    batches: 12_400,
    recorded,
    failedRows: 214,
    firstMissing: 976,
    map: batchMap({ batches: 12_400, has, failedRows: failedIn }),
    verbs: ['pause', 'adjust', 'cancel'],
    concurrencyMax: 16,
    tolerance: { failedRowsMax: 5_000, failedRowsPercentMax: 0.1 },
    setAside: 2,
    deadline: NOW + 14_088,
    waits: WAITS,
  }
}

/** A small one, that is over. */
export function endedJob(jobId: string): JobAnswer {
  const { map: _, waits: __, ...rest } = jobAnswer()
  return {
    ...rest,
    jobId,
    state: 'succeeded_with_failures',
    rows: 60_000,
    batches: 60,
    recorded: 60,
    failedRows: 4,
    firstMissing: 60,
    map: batchMap({ batches: 60, has: () => true, failedRows: new Map([[17, 4]]) }),
    verbs: [],
    setAside: 0,
  }
}

export const failuresAnswer: FailuresAnswer = {
  rows: [
    ...Array.from({ length: 41 }, (_, at) => ({
      row: 1_211_004 + at * 977,
      code: 'model_error',
      message: `could not convert string to float: 'n/a' (column 7, tenure_months)`,
    })),
    ...[3_900_112, 3_937_000, 3_974_405].map((row) => ({
      row,
      code: 'no_prediction',
      message: `wanted a number, got ${MARKUP}`,
    })),
  ],
  more: true,
}

const group = (
  code: string,
  job: string,
  messages: number,
  reason: string,
  reasons = 1,
): LetterGroup => ({
  code,
  job,
  messages,
  oldest: NOW - 60 * messages,
  reason,
  reasons,
})

export const lettersAnswer: LettersAnswer = {
  messages: 27,
  all: true,
  groups: [
    group('model_failed', RUNNING, 21, 'invoke churn-v3: the model answers with status 500'),
    group(
      'payload_too_large',
      PAUSED,
      5,
      'invoke fraud-scores: payload_too_large (7,340,032 > 6,291,456 bytes), and the batch has one row, which cannot be cut',
      3,
    ),
    group('not_json', '-', 1, `batch message: not JSON (Unexpected token '<', "${MARKUP}")`),
  ],
}

export const messagesAnswer: MessagesAnswer = {
  messages: [
    {
      messageId: '5d2a7bf5-8071-474e-9207-d49494fcd44d',
      code: 'model_failed',
      reason: 'invoke churn-v3: the model answers with status 500',
      attempts: 5,
      sentAt: NOW - 1_260,
      body: `{"version":1,"jobId":"${RUNNING}","batch":3900,"rows":{"start":3900000,"end":3901000}}`,
      place:
        's3://acme-analytics-tables/customers/2026/september/active-customers.csv, bytes 734003200 to 734187520',
      rows: [
        { row: 3_900_000, text: '81,2,0,n/a,14.2,"Springfield",7,0' },
        { row: 3_900_001, text: `44,1,1,9,3.1,"${MARKUP}",2,1` },
        { row: 3_900_002, text: '23,0,1,12,8.8,"Shelbyville",5,0' },
      ],
    },
    {
      messageId: '9f0c44e2-17a3-4be0-8f61-0a6be0a41c77',
      code: 'model_failed',
      reason: 'invoke churn-v3: the model answers with status 500',
      attempts: 5,
      sentAt: NOW - 1_100,
      body: MARKUP,
      missing: 'the message names no batch',
    },
  ],
}

/** All of it, by method and path. */
export const everything = (): Record<string, object> => ({
  'GET /api/jobs': jobsAnswer,
  [`GET /api/jobs/${RUNNING}`]: jobAnswer(),
  [`GET /api/jobs/${RUNNING}/failures`]: failuresAnswer,
  [`GET /api/letters/batches?job=${RUNNING}`]: {
    ...lettersAnswer,
    messages: 21,
    groups: lettersAnswer.groups.slice(0, 1),
  },
  'GET /api/letters/batches': lettersAnswer,
  'GET /api/letters/jobs': { messages: 0, all: true, groups: [] },
  [`GET /api/letters/batches/messages?job=${RUNNING}&code=model_failed`]: messagesAnswer,
})
