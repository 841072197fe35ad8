import { spawn } from 'node:child_process'
import { once } from 'node:events'

/** How long the program has to say that it is ready. */
const READY_TIMEOUT_MS = 60_000

/**
 * Starts a bundled app once, over services that refuse every connection, so that Node writes what it
 * has compiled into `cache`. An app that is started with that folder as `NODE_COMPILE_CACHE`, by the same
 * Node, need not compile it again; the folder may be read-only then.
 *
 * @throws when the app does not become ready.
 */
export async function warmCache(main: string, cache: string): Promise<void> {
  const child = spawn(process.execPath, [main], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    env: { ...NOWHERE, NODE_COMPILE_CACHE: cache },
  })
  const exited = once(child, 'exit')
  const ready = once(child, 'message', { signal: AbortSignal.timeout(READY_TIMEOUT_MS) })
  const first = await Promise.race([ready.then(() => 'ready'), exited.then(([code]) => code)])
  child.kill('SIGTERM')
  await exited
  if (first !== 'ready') throw new Error(`warm ${main}: exit code ${first} before it was ready`)
}

/** A configuration with which each app starts. Nobody listens on port 9 of this machine. */
const NOWHERE = {
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'none',
  AWS_SECRET_ACCESS_KEY: 'none',
  AWS_ENDPOINT_URL: 'http://127.0.0.1:9',
  MILLRACE_JOBS_QUEUE_URL: 'http://127.0.0.1:9/0/jobs',
  MILLRACE_BATCHES_QUEUE_URL: 'http://127.0.0.1:9/0/batches',
  MILLRACE_COMPLETIONS_QUEUE_URL: 'http://127.0.0.1:9/0/completions',
  MILLRACE_LEDGER_TABLE: 'ledger',
  MILLRACE_WORK_URI: 'file:///tmp/',
  MILLRACE_DATASETS_ALLOWED: 'file:///tmp/none/',
  MILLRACE_RESULTS_ALLOWED: 'file:///tmp/none/',
  MILLRACE_ENDPOINTS_ALLOWED: 'none',
  MILLRACE_RECEIVE_WAIT_SECONDS: '1',
}
