import { execFile } from 'node:child_process'
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'

const run = promisify(execFile)
const root = join(import.meta.dirname, '../../..')
let copy: string

// The rules see real folders, so the violation is planted in a copy of the tree.
beforeAll(async () => {
  copy = await mkdtemp(join(tmpdir(), 'millrace-boundaries-'))
  const skipped = /[\\/](node_modules|\.nx|\.git|dist|peers)([\\/]|$)/
  for (const name of ['apps', 'libs', 'tools', 'package.json', '.dependency-cruiser.mjs']) {
    const filter = (source: string): boolean => !skipped.test(source.slice(root.length))
    await cp(join(root, name), join(copy, name), { recursive: true, filter })
  }
  await symlink(join(root, 'node_modules'), join(copy, 'node_modules'))
})

afterAll(() => rm(copy, { recursive: true, force: true }))

const cruise = async (): Promise<string> => {
  const cruiser = join(root, 'node_modules/.bin/depcruise')
  const args = [cruiser, '--config', '.dependency-cruiser.mjs', 'apps', 'libs']
  const ended = await run(process.execPath, args, { cwd: copy, maxBuffer: 2 ** 24 }).catch(
    (error: { stdout: string; stderr: string }) => error,
  )
  return ended.stdout + ended.stderr
}

test.for([
  [
    'a pure lib that imports AWS',
    'libs/csv/src/planted.ts',
    "import '@aws-sdk/client-sqs'",
    'pure-libs-do-no-io',
  ],
  [
    'a pure lib that reads files',
    'libs/job/src/planted.ts',
    "import 'node:fs'",
    'pure-libs-do-no-io',
  ],
  [
    'an adapter that imports another',
    'libs/queue/src/planted.ts',
    "import '../../ledger/src/index.ts'",
    'adapters-do-not-import-each-other',
  ],
  [
    'a lib that imports an app',
    'libs/csv/src/planted.ts',
    "import '../../../apps/producer/src/config.ts'",
    'libs-do-not-import-apps',
  ],
  [
    'an app that imports another',
    'apps/consumer/src/planted.ts',
    "import '../../producer/src/config.ts'",
    'apps-do-not-import-apps',
  ],
  [
    'a service that imports a local tool',
    'apps/consumer/src/planted.ts',
    "import '../../../tools/cloud/src/index.ts'",
    'only-the-cli-uses-local-tools',
  ],
  ['a cycle', 'libs/csv/src/dialect.ts', "import './dialect.ts'", 'no-circular'],
  ['an import of nothing', 'libs/csv/src/planted.ts', "import './nowhere.ts'", 'not-resolvable'],
] as const)('%s fails the gate', { timeout: 60_000 }, async ([, file, source, rule]) => {
  const planted = join(copy, file)
  const original = await readFile(planted, 'utf8').catch(() => '')
  await writeFile(planted, `${source}\n${original}`)
  try {
    const said = await cruise()
    expect(said).toContain(rule)
    expect(said).toContain(file)
  } finally {
    await writeFile(planted, original)
  }
})
