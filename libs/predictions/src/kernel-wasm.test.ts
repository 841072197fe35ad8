import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { generate } from '../assembly/build.ts'

test('the kernel that is committed is the one its source compiles to', async () => {
  const root = fileURLToPath(new URL('..', import.meta.url))
  const committed = readFileSync(new URL('kernel-wasm.generated.ts', import.meta.url), 'utf8')
  expect(committed).toBe(await generate(root))
})
