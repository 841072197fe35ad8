import { globSync, readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { dirname, join } from 'node:path'
import { defineConfig } from 'vitest/config'

const report = process.env['MILLRACE_TEST_REPORT']

// The gate `error-codes` reads what the workers note.
if (process.env['MILLRACE_ERROR_CODES'] !== undefined) {
  const notes = join(import.meta.dirname, 'tools/checks/src/note-error-codes.mjs')
  process.env['NODE_OPTIONS'] = `${process.env['NODE_OPTIONS'] ?? ''} --import=${notes}`
}

// A file a core and two more, since many of them wait for processes that they have started, or for time to pass: with
// fewer, cores are idle. Only so does it reach every project.
process.env['VITEST_MAX_WORKERS'] ??= String(availableParallelism() + 2)

// For what hangs: what takes a second takes ten on two busy cores, and more where other processes have them.
const patience = {
  testTimeout: 120_000,
  hookTimeout: 60_000,
  expect: { poll: { timeout: 30_000 } },
}

// Test files of a package share a worker, one after the other: to start one for each took a third of their CPU.
const units = globSync('{apps,libs,tools}/*/package.json', { cwd: import.meta.dirname })
  .sort()
  .map((file) => {
    const { name } = JSON.parse(readFileSync(join(import.meta.dirname, file), 'utf8'))
    return { root: dirname(file), test: { name, isolate: false, ...patience } }
  })

export default defineConfig({
  test: {
    projects: [...units, 'infra', 'e2e'],
    // `.ci/run` counts tests from this file.
    reporters: report === undefined ? ['default'] : ['default', ['json', { outputFile: report }]],
    coverage: {
      provider: 'v8',
      include: ['{apps,libs,tools}/*/src/**/*.ts'],
      reporter: ['text-summary'],
    },
  },
})
