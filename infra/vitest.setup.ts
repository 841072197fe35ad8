import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { dumpArgs, GRAPHS, STACKS } from './src/graph/graph.ts'

/** Every stack's graph once for all test files: a run of the program takes seconds. */
export default async function dumpGraphs(): Promise<() => void> {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-graphs-'))
  await Promise.all(
    STACKS.map(async (stack) => {
      const { stdout } = await promisify(execFile)(process.execPath, dumpArgs(stack), {
        maxBuffer: 2 ** 26,
      })
      writeFileSync(join(folder, `${stack}.json`), stdout)
    }),
  )
  process.env[GRAPHS] = folder
  return () => rmSync(folder, { recursive: true })
}
