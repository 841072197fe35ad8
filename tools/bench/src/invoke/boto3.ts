import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { startContender } from '../harness/line-contender.ts'

/** Debian's own Python, whose packages Debian keeps: another one in the path has none of them. */
const PYTHON = '/usr/bin/python3'

/** Says so, and gives nothing, where this Python has no boto3. */
export async function startBoto3(
  url: string,
  region: string,
  bodyFile: string,
): Promise<Awaited<ReturnType<typeof startContender>> | undefined> {
  if (spawnSync(PYTHON, ['-c', 'import boto3']).status !== 0) {
    console.warn(`boto3: not measured, ${PYTHON} cannot import it (apt-get install python3-boto3)`)
    return undefined
  }
  return await startContender(PYTHON, [
    join(import.meta.dirname, 'by-boto3.py'),
    url,
    region,
    bodyFile,
  ])
}
