import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** How long the program has to poll its queue. */
const POLLED_TIMEOUT_MS = 60_000

/**
 * Starts a bundled app once, on a queue that is empty, so that Node writes what it has compiled into
 * `cache`. An app that is started with that folder as `NODE_COMPILE_CACHE`, by the same Node, need not
 * compile it again; the folder may be read-only then.
 *
 * @throws when the app does not poll its queue.
 */
export async function warmCache(main: string, cache: string): Promise<void> {
  await using queue = await startQueue()
  const child = spawn(process.execPath, [main], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    env: { ...settingsOf(queue.url), NODE_COMPILE_CACHE: cache },
  })
  const exited = once(child, 'exit').then(([code]) => `exit code ${code}`)
  const polled = once(queue.signal, 'abort', { signal: AbortSignal.timeout(POLLED_TIMEOUT_MS) })
  try {
    const first = await Promise.race([polled.then(() => 'polled'), exited])
    if (first !== 'polled') throw new Error(`warm ${main}: ${first} before it had polled`)
  } finally {
    child.kill('SIGTERM')
    await exited
  }
}

/** What an app loads when its first poll has brought nothing is there before the second. */
const POLLS = 2

/** An empty queue, whose signal fires when it has been polled often enough. */
async function startQueue() {
  const warm = new AbortController()
  let polls = 0
  const server = createServer(({ headers }, response) => {
    if (String(headers['x-amz-target']).endsWith('.ReceiveMessage')) polls += 1
    if (polls === POLLS) warm.abort()
    response.end('{}')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    signal: warm.signal,
    async [Symbol.asyncDispose]() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

/** A configuration with which each app starts. Nobody listens on port 9 of this machine. */
const settingsOf = (queueUrl: string) => ({
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'none',
  AWS_SECRET_ACCESS_KEY: 'none',
  AWS_ENDPOINT_URL: 'http://127.0.0.1:9',
  AWS_ENDPOINT_URL_SQS: queueUrl,
  MILLRACE_JOBS_QUEUE_URL: `${queueUrl}/0/jobs`,
  MILLRACE_BATCHES_QUEUE_URL: `${queueUrl}/0/batches`,
  MILLRACE_COMPLETIONS_QUEUE_URL: `${queueUrl}/0/completions`,
  MILLRACE_LEDGER_TABLE: 'ledger',
  MILLRACE_WORK_URI: 'file:///tmp/',
  MILLRACE_DATASETS_ALLOWED: 'file:///tmp/none/',
  MILLRACE_RESULTS_ALLOWED: 'file:///tmp/none/',
  MILLRACE_ENDPOINTS_ALLOWED: 'none',
  MILLRACE_RECEIVE_WAIT_SECONDS: '1',
})
