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

// What is waited for comes within moments, and on busy cores within seconds.
const expect = { poll: { timeout: 10_000 } }

// Test files of a package share a worker, one after the other: to start one for each took a third of their CPU.
// The time-out is for what hangs: on two busy cores a test of a second may take ten.
const units = globSync('{apps,libs,tools}/*/package.json', { cwd: import.meta.dirname })
  .sort()
  .map((file) => {
    const { name } = JSON.parse(readFileSync(join(import.meta.dirname, file), 'utf8'))
    return { root: dirname(file), test: { name, isolate: false, testTimeout: 15_000, expect } }
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
