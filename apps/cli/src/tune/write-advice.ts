import { readFile, rename, writeFile } from 'node:fs/promises'
import { parseDocument } from 'yaml'
import type { Cell } from './search.ts'

/** Puts the advised rows into a spec file; all else in it, comments too, stays as it is. */
export async function writeAdvice(file: string, { rows }: Cell): Promise<void> {
  const document = parseDocument(await readFile(file, 'utf8'))
  document.setIn(['batching', 'rows'], rows)
  const partial = `${file}.${process.pid}.partial`
  await writeFile(partial, document.toString())
  await rename(partial, file)
}
