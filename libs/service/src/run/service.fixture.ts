import { fork } from 'node:child_process'
import { once } from 'node:events'
import { createLogger } from '../log/logger.ts'
import { runService, type ServiceSignals } from './run-service.ts'

/*
 * A process for the tests of the lifecycle: `node service.fixture.ts MODE`. It holds its standard output open,
 * so that its end can be seen even when its parent has died.
 */

const aborted = (signal: AbortSignal) => once(signal, 'abort')

const modes: Record<string, (signals: ServiceSignals) => Promise<unknown>> = {
  /** Ends as soon as it is told to drain. */
  drains: ({ drain }) => aborted(drain),
  /** Has work that never ends, and gives it back on abort. */
  works: ({ abort }) => aborted(abort),
  /** Ignores everything. */
  hangs: () => new Promise(() => {}),
  throws: async () => {
    setImmediate(() => {
      throw new Error('bug')
    })
    await new Promise(() => {})
  },
  /** Has a child that drains, and does nothing itself. */
  parents: async ({ ready }) => {
    const child = fork(import.meta.filename, ['drains'], { stdio: 'inherit' })
    await once(child, 'message')
    ready()
    await new Promise(() => {})
  },
}

const mode = modes[process.argv[2] ?? '']
if (mode === undefined) throw new Error(`wanted ${Object.keys(modes).join(', ')}`)
// Pending promises alone do not keep a process alive.
const alive = setInterval(() => {}, 1_000)
const code = await runService({
  name: 'service',
  logger: createLogger({ app: 'test', level: 'info' }),
  process,
  drainDeadlineSeconds: 60,
  abortGraceSeconds: 0.2,
  async main(signals) {
    if (mode !== modes['parents']) signals.ready()
    await mode(signals)
  },
})
clearInterval(alive)
process.exit(code)
