import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { defineConfig } from 'vitest/config'

const report = process.env['MILLRACE_TEST_REPORT']

// The gate `error-codes` reads what the workers note.
if (process.env['MILLRACE_ERROR_CODES'] !== undefined) {
  const notes = join(import.meta.dirname, 'tools/checks/src/note-error-codes.mjs')
  process.env['NODE_OPTIONS'] = `${process.env['NODE_OPTIONS'] ?? ''} --import=${notes}`
}

// A file a core and one more, since many of them wait for processes that they have started: the default would leave
// one of two cores idle. Only so does it reach every project.
process.env['VITEST_MAX_WORKERS'] ??= String(availableParallelism() + 1)

export default defineConfig({
  test: {
    projects: ['apps/*', 'libs/*', 'tools/*', 'infra', 'e2e'],
    // `.ci/run` counts tests from this file.
    reporters: report === undefined ? ['default'] : ['default', ['json', { outputFile: report }]],
    coverage: {
      provider: 'v8',
      include: ['{apps,libs,tools}/*/src/**/*.ts'],
      reporter: ['text-summary'],
    },
  },
})
