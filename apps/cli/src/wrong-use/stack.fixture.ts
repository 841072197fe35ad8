import type { WrongUse } from './folder.fixture.ts'

const NOBODY = 'j-00000000000000000000'
const missing = (...args: readonly string[]): WrongUse => ({
  name: `${args.join(' ')} of a job that the stack has not`,
  args: [...args, NOBODY],
  says: /^millrace: j-0{20}: no such job$/m,
})

/** Of a stack that answers. */
export const stackMistakes: readonly WrongUse[] = [
  missing('status'),
  missing('get'),
  missing('pause'),
  missing('resume'),
  missing('cancel'),
  missing('adjust', '--concurrency', '4'),
  missing('retry'),
]

/** Nothing listens there. */
const out = 'http://127.0.0.1:1'
const env = {
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'local',
  AWS_SECRET_ACCESS_KEY: 'local',
  AWS_ENDPOINT_URL: out,
  MILLRACE_LEDGER_TABLE: 'jobs',
  MILLRACE_JOBS_QUEUE_URL: `${out}/queue/jobs`,
  MILLRACE_JOBS_DLQ_URL: `${out}/queue/jobs-dead`,
  MILLRACE_BATCHES_DLQ_URL: `${out}/queue/batches-dead`,
  MILLRACE_COMPLETIONS_DLQ_URL: `${out}/queue/completions-dead`,
  MILLRACE_WORK_URI: 's3://work/',
}
const unreachable = (...args: readonly string[]): WrongUse => ({
  name: `${args.join(' ')} with a stack that is out of reach`,
  args,
  says: /ECONNREFUSED.*\n {2}.*millrace doctor/,
  code: 1,
  env,
})

export const stackOutOfReach: readonly WrongUse[] = [
  unreachable('status', NOBODY),
  unreachable('watch', NOBODY),
  unreachable('pause', NOBODY),
  unreachable('list'),
  unreachable('dlq', 'list'),
  {
    ...unreachable('submit', 's3://tables/x.csv', '--endpoint', 'x', '-o', 's3://results/x.csv'),
    name: 'submit to a stack, with a state folder in the environment',
    env: { ...env, MILLRACE_STATE: 'state' },
  },
  unreachable('submit', 's3://tables/x.csv', '--endpoint', 'churn-v3', '-o', 's3://results/x.csv'),
]
