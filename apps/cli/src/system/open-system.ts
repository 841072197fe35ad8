import { join } from 'node:path'
import { nearest } from '@millrace/csv'
import { isJobId, type JobId } from '@millrace/job'
import { CliError } from '../cli-error.ts'
import { regionOf } from './region.ts'
import type { World } from '../world.ts'
import { connectSystem } from './connect-system.ts'
import { openLocalSystem } from './local-system.ts'
import { jobFolders } from './job-folders.ts'
import { isResultFile, jobOfResult } from './job-of-result.ts'
import type { System } from './system.ts'
import { isDeployed, stateOption, stateRootOf, type SystemOptions } from './which-system.ts'

/**
 * Opens the deployed system that the environment names, to find a job in it.
 *
 * @throws {CliError} when the environment names none.
 */
export async function openDeployed(options: SystemOptions, world: World): Promise<System> {
  // Who has opened it closes it.
  if (options.stack !== undefined)
    return { ...options.stack, [Symbol.asyncDispose]: async () => {} }
  if (!isDeployed(options, world)) {
    throw new CliError('no deployed system: MILLRACE_LEDGER_TABLE is not set', {
      hint: 'set the environment that the outputs of the stack name, or that `millrace dev` prints',
    })
  }
  const region = await regionOf(options)
  const env = Object.entries({ ...world.env, AWS_REGION: region })
  return connectSystem('deployed', Object.fromEntries(env.filter(isSet)))
}

/**
 * Opens the system that has the job: the state folder of a `millrace run`, or the deployed system
 * when the environment names one and no `--state` was given.
 *
 * @param wanted a job's id or, for a local job, the beginning of it; the latest local job when absent.
 */
export async function openJob(
  wanted: string | undefined,
  options: SystemOptions,
  world: World,
): Promise<{ readonly system: System; readonly jobId: JobId }> {
  if (wanted !== undefined && isResultFile(wanted)) await refuseResult(wanted)
  if (isDeployed(options, world)) {
    if (wanted !== undefined && isJobId(wanted)) {
      return { system: await openDeployed(options, world), jobId: wanted }
    }
    throw new CliError(
      wanted === undefined
        ? 'wanted a job: a stack is meant, by MILLRACE_LEDGER_TABLE, and it has no latest run'
        : `${wanted}: is no name of a job`,
      { hint: 'millrace list shows them; --state .millrace means the runs of this folder' },
    )
  }
  const root = stateRootOf(options)
  const jobId = pick(wanted, await jobFolders(root), root, world)
  return { system: await openLocalSystem(join(root, jobId), world.stop), jobId }
}

/** Who has a result in hand is told whose it is. */
async function refuseResult(named: string): Promise<void> {
  const found = await jobOfResult(named)
  if (found === undefined) return
  throw new CliError(`${named}: is a result, wanted its job`, {
    hint: `its manifest says that it is of ${found.jobId}`,
  })
}

function pick(
  wanted: string | undefined,
  jobs: readonly JobId[],
  root: string,
  world: World,
): JobId {
  const fitting = jobs.filter((id) => wanted === undefined || isBeginning(wanted, id))
  const [first, second] = fitting
  if (first === undefined) {
    throw new CliError(`${root}: has no job${wanted === undefined ? '' : ` ${wanted}`}`, {
      hint: whereElse(wanted, jobs, stateOption(root, world)),
    })
  }
  if (wanted === undefined || second === undefined) return first
  throw new CliError(`${wanted}: several jobs begin so: ${fitting.join(', ')}`)
}

function whereElse(wanted: string | undefined, jobs: readonly JobId[], state: string): string {
  if (wanted === undefined || jobs.length === 0) {
    return 'name the folder of a run with --state, or set MILLRACE_LEDGER_TABLE for a stack'
  }
  const length = wanted.startsWith('j-') ? wanted.length : wanted.length + 2
  const near = nearest(
    wanted.padStart(length, 'j-'),
    jobs.map((id) => id.slice(0, length)),
  )
  const meant = jobs.filter((id) => near !== undefined && id.startsWith(near))
  return meant.length > 0
    ? `did you mean ${meant.slice(0, 3).join(' or ')}?`
    : `millrace list --days 90${state} shows its ${jobs.length} ${jobs.length === 1 ? 'job' : 'jobs'}`
}

const isBeginning = (wanted: string, id: JobId): boolean =>
  id.startsWith(wanted) || id.startsWith(`j-${wanted}`)

function isSet(entry: [string, string | undefined]): entry is [string, string] {
  return entry[1] !== undefined
}
