import { spawnSync } from 'node:child_process'
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'

// Programs are started, each of a fraction of a second.
vi.setConfig({ testTimeout: 60_000 })

const program = join(import.meta.dirname, 'complete-lock.mjs')
const LOCK = {
  packages: {
    '': { name: 'root' },
    'node_modules/fast': { version: '1.0.0', optionalDependencies: { 'fast-linux-x64': '1.0.0' } },
  },
}

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-lock-'))
  await writeFile(join(folder, 'lock.json'), JSON.stringify(LOCK))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

/** Completes the lock file while `npm` is this shell script. */
async function complete(npm: string) {
  await writeFile(join(folder, 'npm'), `#!/bin/sh\n${npm}\n`)
  await chmod(join(folder, 'npm'), 0o755)
  const env = { ...process.env, PATH: `${folder}${delimiter}${process.env['PATH']}` }
  const path = join(folder, 'lock.json')
  const { status, stderr } = spawnSync(process.execPath, [program, path], { env, encoding: 'utf8' })
  const { packages } = JSON.parse(await readFile(path, 'utf8')) as typeof LOCK
  return { status, stderr, packages }
}

test('what the registry left out is added with the hash that it tells', async () => {
  const { status, packages } = await complete('echo "sha512-$2"')
  expect(status).toBe(0)
  expect(packages).toHaveProperty(['node_modules/fast-linux-x64'], {
    version: '1.0.0',
    integrity: 'sha512-fast-linux-x64@1.0.0',
    cpu: ['x64'],
    optional: true,
    os: ['linux'],
  })
})

test.for([
  ['does not know the package', 'exit 1'],
  ['has no hash of it', 'true'],
] as const)('when the registry %s, fails and leaves the lock file', async ([, npm]) => {
  const { status, stderr, packages } = await complete(npm)
  expect(status).toBe(1)
  expect(stderr).toContain('wanted a sha512 hash of fast-linux-x64@1.0.0, the registry has none')
  expect(packages).toEqual(LOCK.packages)
})
