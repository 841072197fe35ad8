import { execFile } from 'node:child_process'
import { copyFile, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { temporaryFolder } from './support/cli.ts'
import { flights } from './support/flights.ts'

/* A program that knows nothing of Millrace but docs/from-a-program.md: that of the page, as it stands there. */

const root = join(import.meta.dirname, '../..')
const page = await readFile(join(root, 'docs/from-a-program.md'), 'utf8')
const [, program = ''] = /```ts\n(.*?)```/s.exec(page) ?? []
const start = promisify(execFile)

/** Runs the page's program beside a table of so many flights, and tells the lines that it printed. */
async function score(
  table: string,
): Promise<{ lines: string[]; folder: string } & AsyncDisposable> {
  const folder = await temporaryFolder()
  await symlink(join(root, 'node_modules'), join(folder.path, 'node_modules'))
  await copyFile(flights.model, join(folder.path, 'model.json'))
  await writeFile(join(folder.path, 'rows.csv'), table)
  await writeFile(join(folder.path, 'score.ts'), program)
  const { stdout } = await start(process.execPath, ['score.ts'], { cwd: folder.path })
  const lines = stdout.trimEnd().split('\n')
  return { lines, folder: folder.path, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() }
}

test("the page's program scores a table and names its files", async () => {
  await using scored = await score(`${flights.rows.slice(0, 1_200).join('\n')}\n`)
  const path = (name: string): string => join(scored.folder, name)
  const files = `${path('rows.predictions.csv')}, ${path('rows.predictions.manifest.json')}`
  expect(scored.lines.at(-1)).toBe(`1200 rows, 0 failed: ${files}`)
  expect(scored.lines.at(-2)).toMatch(/^1200 of 1200, \d+ a second$/)
  const [, first] = (await readFile(path('rows.predictions.csv'), 'utf8')).split('\n')
  expect(first).toBe(`${flights.answers[0]},1`)
})

test("of a table that no endpoint takes, the page's program tells why", async () => {
  await using scored = await score('a,b\nx,y\nx,z\n')
  expect(scored.lines.at(-1)).toMatch(/^there is no result: preflight_failed: /)
})
