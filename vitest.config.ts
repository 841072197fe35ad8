import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    projects: ['apps/*', 'libs/*', 'tools/*', 'infra', 'e2e'],
    coverage: {
      provider: 'v8',
      include: ['{apps,libs,tools}/*/src/**/*.ts'],
      reporter: ['text-summary'],
    },
  },
})
