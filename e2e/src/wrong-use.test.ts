import { chmod, mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { runCli, temporaryFolder } from './support/cli.ts'
import { flights } from './support/flights.ts'

const local = ['--local-model', flights.model, '--out', 'out.csv']

/** What is typed, what it says, and what it exits with. */
const cases: readonly { name: string; args: readonly string[]; says: RegExp; code: number }[] = [
  {
    name: 'a missing file',
    args: ['run', 'nowhere.csv', ...local],
    says: /nowhere\.csv: no such file/,
    code: 2,
  },
  {
    name: 'a directory',
    args: ['run', 'folder', ...local],
    says: /there is nothing below it/,
    code: 2,
  },
  {
    name: 'an empty file',
    args: ['run', 'empty.csv', ...local],
    says: /empty\.csv: is empty/,
    code: 2,
  },
  {
    name: 'a file of blank lines',
    args: ['run', 'blank.csv', ...local],
    says: /dataset_empty/,
    code: 1,
  },
  {
    name: 'a header where none was expected',
    args: ['run', flights.table, ...local, '--header', 'absent'],
    says: /preflight_failed/,
    code: 1,
  },
  {
    name: 'a table of text',
    args: ['run', flights.table, ...local],
    says: /preflight_failed/,
    code: 1,
  },
  {
    name: 'UTF-16',
    args: ['run', 'utf16.csv', ...local],
    says: /utf16\.csv: read head: the object is UTF-16, wanted UTF-8\n.*iconv -f UTF-16 -t UTF-8/,
    code: 2,
  },
  {
    name: 'a NUL byte',
    args: ['run', 'nul.csv', ...local],
    says: /nul\.csv: read head: a NUL byte at byte 5, wanted text\n.*tr -d/,
    code: 2,
  },
  {
    name: 'a cut gzip file',
    args: ['run', 'cut.csv.gz', ...local],
    says: /compression_invalid \(no whole gzip data/,
    code: 1,
  },
  {
    name: 'a misspelt column',
    args: ['run', flights.wide, ...local, '--include', 'month,distanc'],
    says: /no column "distanc" \(did you mean "distance"\?\)/,
    code: 2,
  },
  {
    name: 'a result in the folder that is read',
    args: ['run', 'full', '--local-model', flights.model, '--out', 'full/out.csv'],
    says: /which the run reads/,
    code: 2,
  },
  {
    name: 'no endpoint',
    args: ['run', flights.features],
    says: /no endpoint: wanted --endpoint/,
    code: 2,
  },
  {
    name: 'a misspelt option',
    args: ['run', flights.features, '--endpiont', 'x'],
    says: /Did you mean --endpoint/,
    code: 2,
  },
  {
    name: 'a threshold that is no number',
    args: ['run', flights.features, ...local, '--threshold', 'half'],
    says: /Wanted a number/,
    code: 2,
  },
  {
    name: 'a batch of no rows',
    args: ['run', flights.features, ...local, '--batch-rows', '0'],
    says: /whole number from 1/,
    code: 2,
  },
  {
    name: 'no credentials',
    args: ['run', flights.features, '--endpoint', 'x', '--region', 'us-east-1'],
    says: /no AWS credentials were found.*\n.*aws sso login/,
    code: 2,
  },
  {
    name: 'two endpoints',
    args: ['run', flights.features, ...local, '--endpoint', 'x'],
    says: /cannot be used with/,
    code: 2,
  },
  {
    name: 'a result that is a directory',
    args: ['run', flights.features, '--local-model', flights.model, '--out', 'folder'],
    says: /folder: is a directory, wanted a file/,
    code: 2,
  },
  {
    name: 'a result in no folder',
    args: ['run', flights.features, '--local-model', flights.model, '--out', 'no/out.csv'],
    says: /its folder does not exist/,
    code: 2,
  },
  {
    name: 'a missing model',
    args: ['run', flights.features, '--local-model', 'no.json', '--out', 'out.csv'],
    says: /no\.json: no such file/,
    code: 2,
  },
  {
    name: 'a refused connection',
    args: [
      'run',
      flights.features,
      '--endpoint',
      'churn',
      '--endpoint-url',
      'http://127.0.0.1:9',
      '--out',
      'out.csv',
    ],
    says: /The connection to churn failed/,
    code: 1,
  },
]

/** Everything in a folder but the state of runs. */
async function filesIn(folder: string): Promise<string[]> {
  const names = await readdir(folder, { recursive: true })
  return names.filter((name) => !name.startsWith('.millrace')).sort()
}

test.for(cases)(
  '$name gives one clear sentence and writes nothing',
  async ({ args, says, code }) => {
    await using folder = await temporaryFolder()
    await mkdir(join(folder.path, 'folder'))
    await writeFile(join(folder.path, 'empty.csv'), '')
    await writeFile(join(folder.path, 'blank.csv'), '\n\n\n')
    await writeFile(join(folder.path, 'utf16.csv'), Buffer.from('\uFEFF1,2\n', 'utf16le'))
    await writeFile(join(folder.path, 'nul.csv'), '1,2\n3\0,4\n')
    await writeFile(join(folder.path, 'cut.csv.gz'), gzipSync('1,2\n').subarray(0, 15))
    await mkdir(join(folder.path, 'full'))
    await writeFile(join(folder.path, 'full/rows.csv'), '1,2\n')
    const before = await filesIn(folder.path)
    const ended = await runCli(args, { cwd: folder.path })
    expect(ended.stderr).toMatch(says)
    expect(ended.code).toBe(code)
    expect(ended.stderr).not.toMatch(/\n\s+at /)
    expect(await filesIn(folder.path)).toEqual(before)
  },
)

test('a wrong endpoint name is told by the endpoint, and nothing is written', async () => {
  const { loadXgboostModel, startEndpoint } = await import('@millrace/endpoint')
  const endpoint = await startEndpoint({ name: 'flights', model: loadXgboostModel(flights.model) })
  try {
    await using folder = await temporaryFolder()
    const args = ['--endpoint', 'flihgts', '--endpoint-url', endpoint.url, '--out', 'out.csv']
    const ended = await runCli(['run', flights.features, ...args], { cwd: folder.path })
    expect(ended.stderr).toMatch(/There is no endpoint flihgts/)
    expect(ended.code).toBe(1)
    expect(await readdir(folder.path)).toEqual(['.millrace'])
  } finally {
    await endpoint.close()
  }
})

const isRoot = process.getuid?.() === 0

test.skipIf(isRoot)('a file that may not be read gives one clear sentence', async () => {
  await using folder = await temporaryFolder()
  const path = join(folder.path, 'secret.csv')
  await writeFile(path, '1,2\n')
  await chmod(path, 0o000)
  const ended = await runCli(['run', path, ...local], { cwd: folder.path })
  expect(ended.stderr).toMatch(/may not be read/)
  expect(ended.code).toBe(2)
})
