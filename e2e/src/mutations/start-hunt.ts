import { fork } from 'node:child_process'
import { join } from 'node:path'
import { EXEC_ARGV } from '../simulation/workers.ts'
import { compileCache } from '../support/cli-folder.ts'
import type { Catch } from './hunt.ts'

const hunter = join(import.meta.dirname, 'hunt.ts')

/** Runs at most `max` seeds with the mutation in place, until one notices it, in a process of its own. */
export function startHunt(name: string, from: number, max: number): Promise<Catch> {
  const options = ['--name', name, '--from', String(from), '--max', String(max)]
  // Most of a short hunt is compilation, of all but what is mutated the same each time.
  const env = { ...process.env, NODE_COMPILE_CACHE: compileCache }
  const child = fork(hunter, options, { execArgv: EXEC_ARGV, env })
  return new Promise((resolve, reject) => {
    child.once('message', (found) => resolve(found as Catch))
    child.once('error', reject)
    child.once('exit', (code) => reject(new Error(`${name}: exit code ${code}`)))
  })
}
