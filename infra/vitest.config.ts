import { defineConfig } from 'vitest/config'

// Each file runs the stack's program in a process of its own, with the whole AWS provider's types.
export default defineConfig({
  test: { name: '@millrace/infra', testTimeout: 60_000, hookTimeout: 60_000 },
})
