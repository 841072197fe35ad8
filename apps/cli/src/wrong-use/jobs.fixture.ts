import type { WrongUse } from './folder.fixture.ts'

export const jobMistakes: readonly WrongUse[] = [
  {
    name: 'a job that is not there',
    args: ['status', 'nothing'],
    says: /has no job nothing\n.*millrace list --days 90 shows its 1 job/,
  },
  {
    name: 'a misspelt job',
    args: ['watch', 'j-4f3a'],
    says: /has no job j-4f3a\n.*did you mean j-4f2a0000000000000000\?/,
  },
  {
    name: 'a folder without jobs',
    args: ['list', '--days', '0'],
    says: /Wanted a whole number from 1 to 90/,
  },
  {
    name: 'jobs of a folder that is not there',
    args: ['status', '--state', 'gone'],
    says: /gone: has no job\n.*--state/,
  },
  {
    name: 'the state of another version',
    args: ['status', 'j-9c', '--state', 'newer'],
    says: /is the state of another version of Millrace \(7, wanted 1\)\n.*--fresh/,
  },
  {
    name: 'a job whose variable is not set',
    args: ['cancel', ''],
    says: /'' is invalid for argument 'job'\. Wanted a job, such as j-4f2a\./,
  },
  {
    name: 'an empty state in the environment',
    args: ['status', 'nothing'],
    env: { MILLRACE_STATE: '' },
    says: /\.millrace: has no job nothing/,
  },
  {
    name: 'an empty endpoint in the environment',
    args: ['run', 'rows.csv'],
    env: { MILLRACE_ENDPOINT: '', MILLRACE_SPEC: '' },
    says: /no endpoint: wanted --endpoint NAME/,
  },
  {
    name: 'a result that is not there',
    args: ['report', 'scores.csv'],
    says: /scores\.csv: no such file/,
  },
  {
    name: 'a result without a manifest',
    args: ['report', 'rows.csv'],
    says: /has no manifest rows\.manifest\.json beside it/,
  },
  {
    name: 'a stack that is not named',
    args: ['submit', 's3://bucket/x.csv', '--endpoint', 'x', '-o', 's3://bucket/y.csv'],
    says: /no deployed system: MILLRACE_LEDGER_TABLE is not set/,
  },
  {
    name: 'a submit of a local file to a stack whose queue is not named',
    args: ['submit', 'rows.csv', '--endpoint', 'x', '-o', 'y.csv'],
    env: { MILLRACE_LEDGER_TABLE: 'ledger', AWS_REGION: 'us-east-1' },
    says: /MILLRACE_JOBS_QUEUE_URL is not set/,
  },
  {
    name: 'a submit without a dataset',
    args: ['submit', '--endpoint', 'x'],
    says: /wanted a dataset: s3:\/\/…/,
  },
  {
    name: 'a submit without a result',
    args: ['submit', 's3://bucket/x.csv', '--endpoint', 'x'],
    says: /wanted a result: --out s3:\/\/…/,
  },
  {
    name: 'a submit to standard output',
    args: ['submit', 's3://bucket/x.csv', '--endpoint', 'x', '-o', '-'],
    says: /--out -: a stack writes its result to a URI/,
  },
  {
    name: 'a spec that is there already',
    args: ['init', 'bare.yaml'],
    says: /bare\.yaml: exists already\n.*--force/,
  },
  {
    name: 'a spec below a file',
    args: ['init', 'bare.yaml/jobs/'],
    says: /bare\.yaml\/jobs\/\.millrace: cannot be made \(ENOTDIR\)/,
  },
  {
    name: 'a probe without an endpoint',
    args: ['doctor', '--probe', '1,2'],
    says: /--probe wanted an endpoint/,
  },
]
