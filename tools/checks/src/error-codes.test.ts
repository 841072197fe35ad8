import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { errorCodes } from './error-codes.ts'

const preload = join(import.meta.dirname, 'note-error-codes.mjs')

/** What is noted while a program of these files runs; the first one is its beginning. */
async function notedOf(files: Record<string, string>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-codes-'))
  try {
    for (const [name, source] of Object.entries(files)) {
      await mkdir(dirname(join(folder, name)), { recursive: true })
      await writeFile(join(folder, name), source)
    }
    const [first = ''] = Object.keys(files)
    const notes = join(folder, 'notes')
    const env = { MILLRACE_ERROR_CODES: notes }
    execFileSync(process.execPath, ['--import', preload, join(folder, first)], { env })
    return existsSync(notes) ? readFileSync(notes, 'utf8') : ''
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

const PRODUCT = `export class WorldError extends Error {
  constructor(code) {
    super('no')
    this.code = code
  }
}
export const fail = (code) => new WorldError(code)
`

test('the tables, unions and single codes of errors are found', () => {
  const codes = errorCodes()
  expect(codes.length).toBeGreaterThan(105)
  expect(codes).toContainEqual(expect.objectContaining({ name: 'LedgerError', code: 'throttled' }))
  expect(codes).toContainEqual(expect.objectContaining({ name: 'CsvError', code: 'utf16' }))
  expect(codes).toContainEqual(
    expect.objectContaining({ name: 'OutputError', code: 'value_unfit' }),
  )
  expect(codes).toContainEqual(expect.objectContaining({ code: 'lease_lost' }))
})

test('a code that the product makes is noted once', async () => {
  const main = `import { fail } from './product.mts'; fail('lost'); fail('lost'); fail('found')`
  const noted = await notedOf({ 'main.test.mts': main, 'product.mts': PRODUCT })
  expect(noted).toBe('WorldError lost\nWorldError found\n')
})

test('a code that only a test makes is not noted', async () => {
  const main = `import { WorldError } from './product.mts'; new WorldError('lost'); new Error('x')`
  expect(await notedOf({ 'main.test.mts': main, 'product.mts': PRODUCT })).toBe('')
})

test.for(['e2e/src/simulation', 'libs/testing/src'])(
  'a code that only a model in %s makes is not noted',
  async (folder) => {
    const model = `import { WorldError } from '../../../product.mts'
      export const refuse = () => new WorldError('lost')`
    const main = `import { fail } from './product.mts'
      import { refuse } from './${folder}/model.mts'; refuse(); fail('found')`
    const files = { 'main.mts': main, 'product.mts': PRODUCT, [`${folder}/model.mts`]: model }
    expect(await notedOf(files)).toBe('WorldError found\n')
  },
)

test('what the noting gives out for Error is Error to everybody', async () => {
  const main = `import { fail } from './product.mts'
    if (!(fail('a') instanceof Error) || !(new TypeError('x') instanceof Error)) process.exit(1)
    if (!(new Error('x') instanceof Error) || Error.prototype !== Object.getPrototypeOf(TypeError.prototype)) process.exit(2)`
  expect(await notedOf({ 'main.test.mts': main, 'product.mts': PRODUCT })).toBe('WorldError a\n')
})
