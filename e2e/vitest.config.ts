import { defineConfig } from 'vitest/config'

// Each of these tests runs several processes; two files at a time are enough for two cores.
export default defineConfig({
  test: {
    name: '@millrace/e2e',
    globalSetup: './src/support/bundle-cli.ts',
    testTimeout: 120_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
  },
})
