import { execFile } from 'node:child_process'
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'

const run = promisify(execFile)
const root = join(import.meta.dirname, '../../..')

/** Violations, one a rule, in files of their own; the last makes a cycle out of a file that is there. */
const planted = [
  {
    what: 'a pure lib that imports AWS',
    file: 'libs/csv/src/planted-aws.ts',
    source: "import '@aws-sdk/client-sqs'",
    rule: 'pure-libs-do-no-io',
  },
  {
    what: 'a pure lib that reads files',
    file: 'libs/job/src/planted.ts',
    source: "import 'node:fs'",
    rule: 'pure-libs-do-no-io',
  },
  {
    what: 'an adapter that imports another',
    file: 'libs/queue/src/planted.ts',
    source: "import '../../ledger/src/index.ts'",
    rule: 'adapters-do-not-import-each-other',
  },
  {
    what: 'a lib that imports an app',
    file: 'libs/csv/src/planted-app.ts',
    source: "import '../../../apps/producer/src/config.ts'",
    rule: 'libs-do-not-import-apps',
  },
  {
    what: 'an app that imports another',
    file: 'apps/consumer/src/planted-app.ts',
    source: "import '../../producer/src/config.ts'",
    rule: 'apps-do-not-import-apps',
  },
  {
    what: 'a service that imports a local tool',
    file: 'apps/consumer/src/planted-tool.ts',
    source: "import '../../../tools/cloud/src/index.ts'",
    rule: 'only-the-cli-uses-local-tools',
  },
  {
    what: 'a program that uses the fixture of a test',
    file: 'libs/ledger/src/planted-fixture.ts',
    rule: 'fixtures-are-for-tests',
    source: "import './local-ledger.fixture.ts'",
  },
  {
    what: 'an import of nothing',
    file: 'libs/csv/src/planted-nothing.ts',
    source: "import './nowhere.ts'",
    rule: 'not-resolvable',
  },
  {
    what: 'a cycle',
    file: 'libs/csv/src/dialect.ts',
    source: "import './dialect.ts'",
    rule: 'no-circular',
  },
  {
    what: 'a folder that imports one above it',
    file: 'libs/ledger/src/table/planted-folder.ts',
    source: "import '../part/part.ts'",
    rule: 'no-circular-folders',
    named: 'libs/ledger/src/table',
  },
] as const

let copy: string
let said: string
let code: number | undefined

// The rules see real folders, so the violations are planted in a copy of the tree.
beforeAll(async () => {
  copy = await mkdtemp(join(tmpdir(), 'millrace-boundaries-'))
  const skipped = /[\\/](node_modules|\.nx|\.git|dist|peers)([\\/]|$)/
  for (const name of ['apps', 'libs', 'tools', 'package.json', '.dependency-cruiser.mjs']) {
    const filter = (source: string): boolean => !skipped.test(source.slice(root.length))
    await cp(join(root, name), join(copy, name), { recursive: true, filter })
  }
  await symlink(join(root, 'node_modules'), join(copy, 'node_modules'))
  for (const { file, source } of planted) {
    const there = await readFile(join(copy, file), 'utf8').catch(() => '')
    await writeFile(join(copy, file), `${source}\n${there}`)
  }
  const cruiser = join(root, 'node_modules/.bin/depcruise')
  const args = [cruiser, '--config', '.dependency-cruiser.mjs', 'apps', 'libs']
  const ended = await run(process.execPath, args, { cwd: copy, maxBuffer: 2 ** 24 }).catch(
    (error: { stdout: string; stderr: string; code: number }) => error,
  )
  code = 'code' in ended ? ended.code : 0
  said = ended.stdout + ended.stderr
})

afterAll(() => rm(copy, { recursive: true, force: true }))

test('with violations, the gate fails', () => {
  expect(code).toBeGreaterThan(0)
})

test.for(planted)('$what is named with its rule', ({ file, rule, ...names }) => {
  const violations = said.split('\n').filter((line) => line.includes(`error ${rule}:`))
  expect(violations.join('\n')).toContain('named' in names ? names.named : file)
})
