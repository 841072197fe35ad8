import { join } from 'node:path'
import { encodeUriList } from '@millrace/job'
import { CliError } from '../cli-error.ts'
import { EXIT } from '../exit-code.ts'
import { createProcesses } from '../local/processes.ts'
import { entryOf } from '../local/start-apps.ts'
import { makeStateFolder } from '../local/state-folder.ts'
import { stateFolderOf, VISIBILITY_SECONDS } from '../system/local-system.ts'
import type { System } from '../system/system.ts'

/** Starts an aggregator for a job of this machine, which may write that one result. */
export async function startAggregator(
  system: System,
  resultUri: string,
  trouble: AbortController,
): Promise<AsyncDisposable> {
  const logs = join(stateFolderOf(system), 'logs')
  await makeStateFolder(logs)
  const processes = createProcesses({
    logs,
    onRestart: () => {},
    onGiveUp: (name, how) => {
      const hint = `see ${join(logs, `${name}.log`)}`
      trouble.abort(new CliError(`${name} cannot run (${how})`, { hint, exitCode: EXIT.failed }))
    },
  })
  await processes.start({
    name: 'exporter',
    entry: entryOf('aggregator'),
    env: {
      ...system.env,
      MILLRACE_RESULTS_ALLOWED: encodeUriList([resultUri]),
      MILLRACE_VISIBILITY_SECONDS: String(VISIBILITY_SECONDS),
      MILLRACE_RECEIVE_WAIT_SECONDS: '1',
    },
  })
  return { [Symbol.asyncDispose]: () => processes.stop(0) }
}
