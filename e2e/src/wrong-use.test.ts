import { chmod, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { runCli, temporaryFolder } from './support/cli.ts'
import { flights } from './support/flights.ts'

const local = ['--local-model', flights.model, '--out', 'out.csv']

/*
 * What only the apps can tell is tried here, and a few of the rest as people run them; `apps/cli/src/wrong-use.test.ts`
 * has the others.
 */

/** What is typed, what it says, and what it exits with. */
const cases: readonly { name: string; args: readonly string[]; says: RegExp; code: number }[] = [
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
    name: 'a cut gzip file',
    args: ['run', 'cut.csv.gz', ...local],
    says: /compression_invalid \(no whole gzip data/,
    code: 1,
  },
  {
    name: 'a misspelt option',
    args: ['run', flights.features, '--endpiont', 'x'],
    says: /Did you mean --endpoint/,
    code: 2,
  },
  {
    name: 'no credentials',
    args: ['run', flights.features, '--endpoint', 'x', '--region', 'us-east-1'],
    says: /no AWS credentials were found.*\n.*aws sso login/,
    code: 2,
  },
  {
    name: 'a result in no folder',
    args: ['run', flights.features, '--local-model', flights.model, '--out', 'no/out.csv'],
    says: /its folder does not exist/,
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
    await writeFile(join(folder.path, 'blank.csv'), '\n\n\n')
    await writeFile(join(folder.path, 'cut.csv.gz'), gzipSync('1,2\n').subarray(0, 15))
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
