import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: { name: '@millrace/infra', testTimeout: 60_000, globalSetup: './vitest.setup.ts' },
})
