import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import { runCommandLine } from './command-line.ts'
import { createWorld, temporaryFolder } from './test-data.ts'

/*
 * What people type that cannot work: each gets one clear sentence, exit code 2, and nothing is written. All of it is
 * refused before anything is started, so it is tried in this process; `e2e` tries what only the apps can tell.
 */

const examples = join(import.meta.dirname, '../../../examples/flights')
const model = join(examples, 'model.json')
const wide = join(examples, 'wide.csv')
const run = ['run', 'rows.csv', '--local-model', model, '-o', 'out.csv']

const SPEC = 'version: 1\ndataset: { uri: rows.csv }\nendpoint: { name: churn-v3 }\n'

const files: Readonly<Record<string, string | Buffer>> = {
  'rows.csv': '1,2,3\n',
  'empty.csv': '',
  'utf16.csv': Buffer.from('\uFEFF1,2\n', 'utf16le'),
  'nul.csv': '1,2\n3\0,4\n',
  'text.json': 'no model\n',
  'full/rows.csv': '1,2\n',
  'empty/.keep': '',
  'indent.yaml': 'endpoint: {\n  name: x\ndataset: y\n',
  'tab.yaml': 'endpoint:\n\tname: x\n',
  'twice.yaml': 'version: 1\nversion: 1\n',
  'list.yaml': '- a\n',
  'key.yaml': `${SPEC}batching: { row: 100 }\n`,
  'section.yaml': `${SPEC}batchng: { rows: 100 }\n`,
  'enum.yaml': `${SPEC}output: { uri: o.csv, format: prquet }\n`,
  'number.yaml': `${SPEC}batching: { rows: -5 }\n`,
  'nan.yaml': `${SPEC}decision: { threshold: .nan }\n`,
  'text.yaml': `${SPEC}batching: { rows: many }\n`,
  'name.yaml': 'version: 1\nendpoint: { name: churn v3 }\n',
  'version.yaml': SPEC.replace('1', '2'),
  'bare.yaml': 'version: 1\nendpoint: { name: churn-v3 }\n',
  '.millrace/j-4f2a0000000000000000/ledger/none': '',
  'newer/j-9c000000000000000000/version': '7\n',
}

interface WrongUse {
  readonly name: string
  readonly args: readonly string[]
  readonly says: RegExp
  readonly stdin?: string
  readonly env?: Readonly<Record<string, string>>
}

const wrongUses: readonly WrongUse[] = [
  // The command line itself.
  { name: 'a misspelt verb', args: ['rnu'], says: /unknown command 'rnu' \(Did you mean run\?\)/ },
  {
    name: 'a misspelt verb of a group',
    args: ['dlq', 'lst'],
    says: /\(Did you mean list\?\)\n.*dlq --help/,
  },
  {
    name: 'a misspelt option',
    args: ['run', '--endpiont', 'x'],
    says: /\(Did you mean --endpoint\?\)/,
  },
  { name: 'an unknown letter', args: ['run', '-x'], says: /unknown option '-x'/ },
  {
    name: 'an option without its value',
    args: ['run', 'rows.csv', '--endpoint'],
    says: /'--endpoint <name>' argument missing/,
  },
  {
    name: 'a value for what takes none',
    args: [...run, '--quiet=yes'],
    says: /\(--quiet takes no value\)/,
  },
  {
    name: 'a model and an endpoint for a retry',
    args: ['retry', '--local-model', model, '--endpoint', 'churn-v3'],
    says: /'--local-model <file>' cannot be used with option '--endpoint <name>'/,
  },
  { name: 'a retry of no job', args: ['retry', 'j-nope'], says: /has no job j-nope/ },
  {
    name: 'an option given twice',
    args: [...run, '--endpoint-url', 'http://a', '--endpoint-url', 'http://b'],
    says: /was given twice/,
  },
  { name: 'two inputs', args: [...run, 'more.csv'], says: /too many arguments for 'run'/ },
  { name: 'a verb without its job', args: ['cancel'], says: /missing required argument 'job'/ },
  {
    name: 'a shell that is not completed',
    args: ['completion', 'zish'],
    says: /Allowed choices are bash, zsh, fish\. \(Did you mean zsh\?\)/,
  },
  // Values.
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
    name: 'a misspelt choice',
    args: [...run, '--decision', 'bianry'],
    says: /\(Did you mean binary\?\)/,
  },
  {
    name: 'an endpoint that is no URL',
    args: ['run', 'rows.csv', '--endpoint-url', 'localhost:8080'],
    says: /Wanted a URL/,
  },
  {
    name: 'a name that no endpoint has',
    args: ['run', 'rows.csv', '--endpoint', 'churn v3'],
    says: /endpoint\.name: wanted a SageMaker endpoint name/,
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
  // Files and folders.
  {
    name: 'no input',
    args: ['run', '--local-model', model],
    says: /missing required argument 'data'/,
  },
  { name: 'no endpoint', args: ['run', 'rows.csv'], says: /no endpoint: wanted --endpoint NAME/ },
  {
    name: 'a missing file',
    args: ['run', 'row.csv', '--local-model', model],
    says: /row\.csv: no such file/,
  },
  {
    name: 'a missing file to plan',
    args: ['plan', 'row.csv'],
    says: /row\.csv: no such file or folder/,
  },
  {
    name: 'an empty file',
    args: ['run', 'empty.csv', '--local-model', model],
    says: /empty\.csv: is empty/,
  },
  {
    name: 'a folder without a table',
    args: ['run', 'none', '--local-model', model],
    says: /there is nothing below it/,
  },
  {
    name: 'a page of the web',
    args: ['run', 'https://x/y.csv', '--local-model', model],
    says: /wanted a path, or an s3:\/\/ URI\n.*curl -fL https:\/\/x\/y\.csv \| millrace run -/,
  },
  {
    name: 'S3 with one slash',
    args: ['plan', 's3:/bucket/x.csv'],
    says: /did you mean s3:\/\/bucket\/x\.csv\?/,
  },
  {
    name: 'UTF-16',
    args: ['run', 'utf16.csv', '--local-model', model],
    says: /is UTF-16, wanted UTF-8\n.*iconv/,
  },
  {
    name: 'a NUL byte',
    args: ['run', 'nul.csv', '--local-model', model],
    says: /a NUL byte at byte 5, wanted text\n.*tr -d/,
  },
  {
    name: 'empty standard input',
    args: ['run', '-', '--local-model', model],
    says: /standard input is empty.*\n.*the same table again continues/,
  },
  {
    name: 'a result in no folder',
    args: [...run.slice(0, 5), 'no/out.csv'],
    says: /no\/out\.csv: its folder does not exist/,
  },
  {
    name: 'a result below a file',
    args: [...run.slice(0, 5), 'rows.csv/out.csv'],
    says: /its folder is a file/,
  },
  {
    name: 'a result that is a folder',
    args: [...run.slice(0, 5), 'full'],
    says: /full: is a directory, wanted a file/,
  },
  {
    name: 'a result over its input',
    args: [...run.slice(0, 5), 'rows.csv'],
    says: /is the input itself/,
  },
  {
    name: 'a result in the folder that is read',
    args: ['run', 'full', '--local-model', model, '-o', 'full/out.csv'],
    says: /which the run reads/,
  },
  {
    name: 'state below a file',
    args: [...run, '--state', 'rows.csv'],
    says: /cannot be made \(ENOTDIR\)|cannot be made \(EEXIST\)/,
  },
  {
    name: 'a missing model',
    args: ['run', 'rows.csv', '--local-model', 'no.json'],
    says: /no\.json: no such file/,
  },
  {
    name: 'a model that is none',
    args: ['run', 'rows.csv', '--local-model', 'text.json'],
    says: /text\.json: not JSON\n.*save_model/,
  },
  {
    name: 'a misspelt column',
    args: ['run', wide, '--local-model', model, '--include', 'month,distanc'],
    says: /no column "distanc" \(did you mean "distance"\?\)/,
  },
  {
    name: 'a misspelt column to join',
    args: ['run', wide, '--local-model', model, '--join', 'distanc'],
    says: /no column "distanc" \(did you mean "distance"\?\)/,
  },
  {
    name: 'a column beyond the last',
    args: ['plan', wide, '--include', '99'],
    says: /no column 99 \(the table has 12\)/,
  },
  // Spec files.
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
    name: 'NaN in a spec',
    args: ['run', '-f', 'nan.yaml'],
    says: /decision\.threshold: wanted a number or a list of numbers, got NaN/,
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
  // Jobs.
  {
    name: 'a job that is not there',
    args: ['status', 'nothing'],
    says: /has no job nothing\n.*millrace list shows its 1 job/,
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
    name: 'a spec that is there already',
    args: ['init', 'bare.yaml'],
    says: /bare\.yaml: exists already\n.*--force/,
  },
  {
    name: 'a probe without an endpoint',
    args: ['doctor', '--probe', '1,2'],
    says: /--probe wanted an endpoint/,
  },
]

beforeEach(() => {
  for (const name of Object.keys(process.env)) {
    if (/^(AWS|MILLRACE)_/.test(name)) vi.stubEnv(name, undefined)
  }
})

/** Everything in the folder but the state of runs. */
async function filesIn(folder: string): Promise<string[]> {
  const names = await readdir(folder, { recursive: true })
  return names.filter((name) => !name.startsWith('.millrace')).sort()
}

test.for(wrongUses)('$name gives one clear sentence and writes nothing', async (wrongUse) => {
  const folder = await temporaryFolder()
  for (const [name, content] of Object.entries(files)) {
    await mkdir(join(folder, name, '..'), { recursive: true })
    await writeFile(join(folder, name), content)
  }
  await mkdir(join(folder, 'none'))
  const before = await filesIn(folder)
  const home = process.cwd()
  process.chdir(folder)
  onTestFinished(() => process.chdir(home))
  const { args, says, stdin = '', env = {} } = wrongUse
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value)
  const { world, said } = createWorld(env)
  const code = await runCommandLine(args, { ...world, stdin: Readable.from([stdin]) })
  expect(said()).toMatch(says)
  expect(said()).toMatch(/^millrace: (?!unexpected)/)
  expect(code).toBe(2)
  expect(await filesIn(folder)).toEqual(before)
})
