import { constants } from 'node:fs'
import { access, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { oldNode } from '../node-version.ts'
import { FREE_BYTES_MIN, freeBytes } from '../run/disk-space.ts'
import { jobFolders } from '../system/job-folders.ts'
import { abandonedIn, notesIn } from '../temporary/notes.ts'
import { type Check, type Finding, failed, ok, warning } from './finding.ts'

export const nodeCheck: Check = {
  name: 'node',
  look: async () => judgeNode(process.versions.node),
}

export function judgeNode(version: string): Finding {
  const old = oldNode(version)
  return old === undefined ? ok(version) : failed(old, 'install a newer Node.js')
}

/** What a run on this machine needs: a folder for its state, and room in it. */
export function machineChecks(stateRoot: string): Check[] {
  return [
    { name: 'state folder', look: () => lookAtFolder(stateRoot) },
    { name: 'disk', look: () => lookAtDisk(stateRoot) },
    { name: 'left endpoints', look: () => lookForAbandoned(stateRoot) },
  ]
}

async function lookAtFolder(root: string): Promise<Finding> {
  const there = await nearestThere(root)
  if (!(await stat(there)).isDirectory()) {
    return failed(`${there}: is a file, wanted a folder`, 'choose another with --state')
  }
  const denied = await access(there, constants.W_OK).then(
    () => undefined,
    (error: NodeJS.ErrnoException) => error.code,
  )
  if (denied !== undefined) {
    return failed(`${there}: may not be written (${denied})`, 'choose another with --state')
  }
  if (there !== root) return ok(`${root}: is made by the first run`)
  const { length } = await jobFolders(root)
  return ok(`${root}: ${length} ${length === 1 ? 'job' : 'jobs'}`)
}

/** What was made for a run and still stands is paid for. */
async function lookForAbandoned(root: string): Promise<Finding> {
  const left = await abandonedIn(notesIn(root))
  if (left.length === 0) return ok('none')
  const names = left.map(({ endpoint: { name, region } }) => `${name} in ${region}`).join(', ')
  return warning(
    `${names}: left by a run that was cut off, and paid for`,
    'the next millrace run or retry of this folder deletes it',
  )
}

/** Below this a warning: a table of a million rows takes about this much. */
const COMFORTABLE_BYTES = 1024 * 1024 * 1024

async function lookAtDisk(root: string): Promise<Finding> {
  return judgeDisk(await freeBytes(await nearestThere(root)))
}

export function judgeDisk(free: number): Finding {
  const found = `${Math.floor(free / 1024 / 1024).toLocaleString('en-US')} MiB free`
  if (free < FREE_BYTES_MIN) return failed(found, 'free some, or name another disk with --state')
  if (free >= COMFORTABLE_BYTES) return ok(found)
  return warning(found, 'a run of many rows may need more; it stops when the disk is full')
}

/** The folder itself, or the nearest above it that there is. */
async function nearestThere(path: string): Promise<string> {
  const isThere = await stat(path).then(
    () => true,
    () => false,
  )
  return isThere || dirname(path) === path ? path : await nearestThere(dirname(path))
}
