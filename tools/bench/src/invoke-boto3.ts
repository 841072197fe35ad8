import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Contender } from './cpu-rounds.ts'

/** Debian's own Python, whose packages Debian keeps: another one in the path has none of them. */
const PYTHON = '/usr/bin/python3'

/** Says so, and gives nothing, where this Python has no boto3. */
export async function startBoto3(
  url: string,
  region: string,
  bodyFile: string,
): Promise<(AsyncDisposable & { readonly invoke: Contender }) | undefined> {
  if (spawnSync(PYTHON, ['-c', 'import boto3']).status !== 0) {
    console.warn(`boto3: not measured, ${PYTHON} cannot import it (apt-get install python3-boto3)`)
    return undefined
  }
  const script = join(import.meta.dirname, 'invoke-boto3.py')
  const child = spawn(PYTHON, [script, url, region, bodyFile], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const lines = createInterface(child.stdout)
  await once(lines, 'line')
  return {
    async invoke(roundMs) {
      child.stdin.write(`${roundMs}\n`)
      const [micros] = (await once(lines, 'line')) as [string]
      return Number(micros)
    },
    async [Symbol.asyncDispose]() {
      child.stdin.end()
      await once(child, 'exit')
    },
  }
}
