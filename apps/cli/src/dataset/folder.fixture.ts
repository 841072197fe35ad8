import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { CliError } from '../cli-error.ts'
import { temporaryFolder } from '../test-data.fixture.ts'

/** A folder with an input, an empty file and a folder in it. */
export async function createFolder() {
  const folder = await temporaryFolder()
  const input = join(folder, 'rows.csv')
  await writeFile(input, '1,2\n')
  await writeFile(join(folder, 'empty.csv'), '')
  await mkdir(join(folder, 'sub'))
  return { folder, input }
}

export const NO_HINT = /^$/

/** What was refused, with the hint as text. */
export const refusalOf = async (checking: Promise<unknown>) => {
  const { exitCode, hint } = (await checking.catch((error: unknown) => error)) as CliError
  return { exitCode, hint: hint ?? '' }
}

export const isRoot = process.getuid?.() === 0
