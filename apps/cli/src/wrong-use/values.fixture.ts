import { run } from './folder.fixture.ts'
import type { WrongUse } from './folder.fixture.ts'

export const valueMistakes: readonly WrongUse[] = [
  {
    name: 'a batch of no rows',
    args: [...run, '--batch-rows', '0'],
    says: /'0' is invalid\. Wanted a whole number from 1 to 100000/,
  },
  {
    name: 'a negative count',
    args: [...run, '--concurrency', '-4'],
    says: /'-4' is invalid\. Wanted a whole number/,
  },
  {
    name: 'a number that is none',
    args: [...run, '--batch-rows', 'NaN'],
    says: /'NaN' is invalid/,
  },
  { name: 'an empty number', args: [...run, '--batch-rows='], says: /'' is invalid/ },
  { name: 'a number out of range', args: [...run, '--consumers', '65'], says: /from 1 to 64/ },
  {
    name: 'a threshold that is a word',
    args: [...run, '--threshold', 'half'],
    says: /Wanted a number, such as 0\.5/,
  },
  { name: 'a negative row', args: ['get', '--row', '-1'], says: /Wanted a whole number from 0/ },
  {
    name: 'a count of rows from nowhere',
    args: ['get', '--count', '5'],
    says: /--count: wanted --row too/,
  },
  {
    name: 'rows of an invocation for what finds them out',
    args: ['tune', 'rows.csv', '--endpoint', 'x', '--batch-rows', '100'],
    says: /unknown option '--batch-rows'/,
  },
  {
    name: 'a misspelt choice',
    args: [...run, '--decision', 'bianry'],
    says: /\(Did you mean binary\?\)/,
  },
  {
    name: 'a value of another option',
    args: [...run, '--format', 'parquet'],
    says: /Allowed choices are csv, jsonl\. \(--result-format takes parquet\)/,
  },
  {
    name: 'more failed rows than there are',
    args: [...run, '--failed-rows-percent-max', '101'],
    says: /Wanted a number from 0 to 100\./,
  },
  {
    name: 'a deadline that is none',
    args: [...run, '--deadline', '06:00'],
    says: /'06:00' is invalid\. Wanted a time such as 90m, 4h or 2d, or a moment with its zone/,
  },
  {
    name: 'an endpoint that is no URL',
    args: ['run', 'rows.csv', '--endpoint-url', 'localhost:8080'],
    says: /Wanted a URL/,
  },
  {
    name: 'an empty region',
    args: [...run, '--region', ''],
    says: /'' is invalid\. Wanted an AWS region, such as eu-central-1\./,
  },
  {
    name: 'a region that is none',
    args: [...run, '--region', 'eu west'],
    says: /'eu west' is invalid\. Wanted an AWS region, such as eu-central-1\./,
  },
  {
    name: 'a region of a stack that is none',
    args: ['status', '--region', 'eu west'],
    says: /'eu west' is invalid\. Wanted an AWS region, such as eu-central-1\./,
  },
  {
    name: 'a region of a dataset that is none',
    args: ['plan', 'rows.csv', '--region', 'eu west'],
    says: /'eu west' is invalid\. Wanted an AWS region, such as eu-central-1\./,
  },
  {
    name: 'a result without a name',
    args: [...run.slice(0, 5), ''],
    says: /'' is invalid\. Wanted the name of a file, such as scores\.csv\./,
  },
  {
    name: 'a report without a name',
    args: ['report', '-o', ''],
    says: /'' is invalid\. Wanted the name of a file, such as scores\.csv\./,
  },
  {
    name: 'an export without a name',
    args: ['export', '-o', ''],
    says: /'' is invalid\. Wanted the name of a file, such as scores\.csv\./,
  },
  {
    name: 'a retry without a name',
    args: ['retry', '-o', ''],
    says: /'' is invalid\. Wanted the name of a file, such as scores\.csv\./,
  },
  {
    name: 'charts without a name',
    args: ['tune', 'rows.csv', '--endpoint', 'x', '-o', ''],
    says: /'' is invalid\. Wanted the name of a file, such as scores\.csv\./,
  },
  {
    name: 'a name that no endpoint has',
    args: ['run', 'rows.csv', '--endpoint', 'churn v3'],
    says: /endpoint\.name: wanted a SageMaker endpoint name, got "churn v3"$/m,
  },
  {
    name: 'three labels of two classes',
    args: [...run, '--label', 'a', '--label', 'b', '--label', 'c'],
    says: /a binary decision has 2, got 3/,
  },
  {
    name: 'the same threshold twice',
    args: [...run, '--threshold', '0.5', '--threshold', '0.5'],
    says: /decision\.threshold: wanted different ones/,
  },
  // Options that have no effect beside another, or on what is there.
  {
    name: 'a name for the prediction of several classes',
    args: [...run, '--decision', 'multiclass', '--prediction-name', 'p'],
    says: /--prediction-name: has no effect where the decision is multiclass/,
  },
  {
    name: 'a threshold without a decision',
    args: [...run, '--decision', 'none', '--threshold', '0.3'],
    says: /^millrace: --threshold: has no effect where the decision is none/m,
  },
  {
    name: 'a threshold of several classes',
    args: ['plan', 'rows.csv', '--decision', 'multiclass', '--threshold', '0.3'],
    says: /--threshold: has no effect where the decision is multiclass/,
  },
  {
    name: 'the delimiter of JSON lines',
    args: ['plan', '-', '--format', 'jsonl', '--delimiter', ';'],
    stdin: '{"a": 1}\n',
    says: /--delimiter: has no effect where the dataset is JSON lines/,
  },
  // Options that exclude each other.
  { name: 'two endpoints', args: [...run, '--endpoint', 'x'], says: /cannot be used with/ },
  {
    name: 'columns both kept and left out',
    args: [...run, '--include', 'a', '--exclude', 'b'],
    says: /cannot be used with/,
  },
  {
    name: 'one row and all failures',
    args: ['get', '--row', '5', '--where-failed'],
    says: /cannot be used with/,
  },
]
