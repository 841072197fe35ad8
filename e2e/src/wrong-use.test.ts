import { chmod, mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
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
    says: /folder: is a directory/,
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

test.for(cases)(
  '$name gives one clear sentence and writes nothing',
  async ({ args, says, code }) => {
    await using folder = await temporaryFolder()
    await mkdir(join(folder.path, 'folder'))
    await writeFile(join(folder.path, 'empty.csv'), '')
    await writeFile(join(folder.path, 'blank.csv'), '\n\n\n')
    const ended = await runCli(args, { cwd: folder.path })
    expect(ended.stderr).toMatch(says)
    expect(ended.code).toBe(code)
    expect(ended.stderr).not.toMatch(/\n\s+at /)
    const written = (await readdir(folder.path)).filter((name) => name !== '.millrace')
    expect(written.sort()).toEqual(['blank.csv', 'empty.csv', 'folder'])
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
