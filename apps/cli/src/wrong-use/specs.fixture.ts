import type { WrongUse } from './folder.fixture.ts'

export const specMistakes: readonly WrongUse[] = [
  {
    name: 'a missing spec',
    args: ['run', '-f', 'none.yaml'],
    says: /none\.yaml: no such file\n.*millrace init/,
  },
  {
    name: 'a folder for a spec',
    args: ['run', '-f', 'full'],
    says: /full: is a folder, wanted a job spec/,
  },
  {
    name: 'YAML that ends too soon',
    args: ['run', '-f', 'indent.yaml'],
    says: /indent\.yaml: line 3, column 1: /,
  },
  {
    name: 'YAML with a tab',
    args: ['run', '-f', 'tab.yaml'],
    says: /tab\.yaml: line 2, column 1: /,
  },
  {
    name: 'a key said twice',
    args: ['run', '-f', 'twice.yaml'],
    says: /line 2, column 1: Map keys must be unique/,
  },
  { name: 'a list for a spec', args: ['run', '-f', 'list.yaml'], says: /wanted a mapping/ },
  {
    name: 'a misspelt key',
    args: ['run', '-f', 'key.yaml'],
    says: /key\.yaml: line 4, column 13: batching has no key row \(did you mean rows\?\)/,
  },
  {
    name: 'a misspelt section',
    args: ['submit', '-f', 'section.yaml'],
    says: /line 4, column 1: a job spec has no key batchng \(did you mean batching\?\)/,
  },
  {
    name: 'a misspelt value',
    args: ['plan', '-f', 'enum.yaml'],
    says: /line 4, column 23: output\.format: wanted csv, jsonl or parquet, got "prquet" \(did you mean parquet\?\)/,
  },
  {
    name: 'a negative number in a spec',
    args: ['run', '-f', 'number.yaml'],
    says: /batching\.rows: wanted a whole number from 1 to 100000, got -5/,
  },
  {
    name: 'numbers for the names of classes',
    args: ['run', '-f', 'numbers.yaml'],
    says: /decision\.labels\.0: wanted a text, got 0 \(write "0"\)/,
  },
  {
    name: 'a page of the web in a spec',
    args: ['run', '-f', 'web.yaml'],
    says: /web\.yaml: line 2, column 12: dataset\.uri: wanted .*s3:\/\/.*, got "http:\/\/x\/y\.csv"/,
  },
  {
    name: 'NaN in a spec',
    args: ['run', '-f', 'nan.yaml'],
    says: /decision\.threshold: wanted a number or a list of numbers, got NaN/,
  },
  {
    name: 'a file for each object, of a run',
    args: ['run', '-f', 'files.yaml'],
    says: /output\.files: per_object is for a stack: a run writes one file\n.*millrace dev/,
  },
  {
    name: 'a label for one of two classes',
    args: ['run', '-f', 'labels.yaml'],
    says: /decision\.labels: wanted 2 or more in it, got \["late"\]/,
  },
  {
    name: 'a word for a number',
    args: ['run', '-f', 'text.yaml'],
    says: /batching\.rows: wanted a whole number from 1 to 100000, got "many"/,
  },
  {
    name: 'a wrong name in a spec',
    args: ['run', '-f', 'name.yaml'],
    says: /line 2, column 13: endpoint\.name: wanted a SageMaker endpoint name, got "churn v3"/,
  },
  {
    name: 'a spec of another version',
    args: ['run', '-f', 'version.yaml'],
    says: /line 1, column 1: version: wanted 1, got 2/,
  },
  {
    name: 'a spec without a dataset',
    args: ['run', '-f', 'bare.yaml'],
    says: /bare\.yaml: names no dataset\.uri/,
  },
  {
    name: 'a spec in the environment that is missing',
    args: ['plan'],
    env: { MILLRACE_SPEC: 'gone.yaml' },
    says: /gone\.yaml: no such file/,
  },
]
