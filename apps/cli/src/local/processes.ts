import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { open } from 'node:fs/promises'
import { join } from 'node:path'

/**
 * The processes of a run: the same apps that run on ECS, each on its own, started again when they die.
 *
 * They are processes and not modules of this one, because then a laptop exercises what a fleet does
 * (signals, configuration from the environment, two consumers racing for a part), two cores are
 * used, and the death of any of them is survivable. An IPC channel ties them to this process: when
 * it closes, even by SIGKILL, they end by themselves.
 */
export interface Processes {
  start(program: Program): Promise<void>
  /**
   * Asks all to finish what is in flight, and waits for at most `graceMs` before it ends them: by a second signal,
   * at which they leave nothing half-written, and then by force. With 0 by force at once.
   */
  stop(graceMs: number): Promise<void>
  /** Process ids by name, for whoever wants to look. */
  readonly pids: ReadonlyMap<string, number>
}

export interface Program {
  readonly name: string
  /** The module to run. */
  readonly entry: string
  readonly args?: readonly string[]
  readonly env: Readonly<Record<string, string>>
  /** False where it calls nobody, and so is given no keys and no proxy. Default: true. */
  readonly callsOut?: boolean
}

export interface ProcessesOptions {
  /** The folder for each program's log. */
  readonly logs: string
  /** A program died and was started again: what it held must be published again. */
  readonly onRestart: (name: string, how: string) => void
  /** A program keeps dying, or says that it cannot run at all. */
  readonly onGiveUp: (name: string, how: string) => void
}

/** Deaths of one program that a run survives. */
const RESTARTS_MAX = 20
/** What is aborted removes what it has half-written within this. */
const ABORT_MS = 2_000
/** Exit code of a program whose configuration is wrong: starting it again changes nothing. */
const EXIT_CONFIGURATION = 2

/**
 * Everything here passes through in buffers. V8's default lets the young generation of each process
 * grow to 48 MiB before it looks which of them are still needed.
 */
const SMALL_YOUNG_GENERATION = ['--max-semi-space-size=2']

export function createProcesses(options: ProcessesOptions): Processes {
  const children = new Map<string, ChildProcess>()
  const pids = new Map<string, number>()
  let stopping = false

  return { start, stop, pids }

  async function start(program: Program): Promise<void> {
    await launch(program, 0)
  }

  async function launch(program: Program, restarts: number): Promise<void> {
    const log = await open(join(options.logs, `${program.name}.log`), 'a')
    try {
      const child = fork(program.entry, program.args ?? [], {
        execArgv: SMALL_YOUNG_GENERATION,
        env: { ...inherited(process.env, program), ...program.env },
        // A process group of its own: ctrl-C reaches this process, which tells the others in order.
        detached: true,
        stdio: ['ignore', log.fd, log.fd, 'ipc'],
      })
      children.set(program.name, child)
      if (child.pid !== undefined) pids.set(program.name, child.pid)
      child.once('exit', (code, signal) => died(program, restarts, code, signal))
      child.once('error', (error) => options.onGiveUp(program.name, error.message))
    } finally {
      await log.close()
    }
  }

  function died(
    program: Program,
    restarts: number,
    code: number | null,
    signal: NodeJS.Signals | null,
  ): void {
    children.delete(program.name)
    if (stopping) return
    const how = signal === null ? `exit code ${code}` : signal
    if (code === EXIT_CONFIGURATION || restarts >= RESTARTS_MAX) {
      options.onGiveUp(program.name, how)
      return
    }
    launch(program, restarts + 1).then(
      () => options.onRestart(program.name, how),
      (error: Error) => options.onGiveUp(program.name, error.message),
    )
  }

  async function stop(graceMs: number): Promise<void> {
    stopping = true
    const running = [...children.values()].filter((child) => child.exitCode === null)
    const exits = running.map((child) => once(child, 'exit'))
    for (const child of running) child.kill('SIGTERM')
    const endAll = (signal: NodeJS.Signals): void => {
      for (const child of running) child.kill(signal)
    }
    const timers = [
      setTimeout(() => endAll(graceMs === 0 ? 'SIGKILL' : 'SIGTERM'), graceMs),
      setTimeout(() => endAll('SIGKILL'), graceMs + ABORT_MS),
    ]
    await Promise.allSettled(exits)
    for (const timer of timers) clearTimeout(timer)
  }
}

/** What a program that is started here may see of this process's environment: its AWS and proxy settings, not the rest. */
export function inherited(
  env: NodeJS.ProcessEnv,
  { callsOut = true }: Pick<Program, 'callsOut'> = {},
): Record<string, string> {
  const passes = (name: string) => OF_NODE.test(name) || (callsOut && OF_OTHERS.test(name))
  return Object.fromEntries(
    Object.entries(env).filter((entry): entry is [string, string] => passes(entry[0])),
  )
}

const OF_NODE = /^(PATH|HOME|TMPDIR|LANG|TZ|NODE_(DISABLE_)?COMPILE_CACHE)$/
const OF_OTHERS = /^(AWS_.*|HTTPS?_PROXY|NO_PROXY|https?_proxy|no_proxy|NODE_EXTRA_CA_CERTS)$/
