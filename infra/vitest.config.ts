import { defineConfig } from 'vitest/config'

// Test files share a worker: each would load the AWS provider of Pulumi anew.
export default defineConfig({
  test: {
    name: '@millrace/infra',
    isolate: false,
    testTimeout: 120_000,
    globalSetup: './vitest.setup.ts',
  },
})
