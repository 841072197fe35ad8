import { defineConfig } from 'vitest/config'

const report = process.env['MILLRACE_TEST_REPORT']

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
