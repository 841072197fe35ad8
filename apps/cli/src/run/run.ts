import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { besideResult } from '@millrace/job'
import { createStorage } from '@millrace/storage'
import { readCost } from '../cost/read-cost.ts'
import { EXIT, type ExitCode } from '../exit-code.ts'
import { fit } from '../show/fit.ts'
import { createScreen, warnBeside } from '../show/screen.ts'
import type { World } from '../world.ts'
import { executeRun } from './execute-run.ts'
import { type PreparedRun, prepareRun } from './prepare-run.ts'
import type { RunOptions } from './run-options.ts'
import type { RunEnd } from './run-job.ts'
import { summaryOf } from './summary.ts'
import { whyFailed } from './why-failed.ts'

/** `millrace run`: one job on this machine, shown on the terminal. */
export async function run(options: RunOptions, world: World): Promise<ExitCode> {
  const prepared = await prepareRun(options, world, world.stop)
  const screen = createScreen(world.stderr, {
    quiet: options.quiet,
    now: Date.now,
    env: world.env,
  })
  const { show, note } = screen
  const hooks = {
    show,
    note: (text: string) => {
      // What is said after the last look stands alone: the bar is gone by then.
      if (world.stop.aborted) screen.close()
      note(text)
    },
    warn: warnBeside(screen, world),
    stop: world.stop,
    abort: world.abort,
  }
  try {
    const end = await executeRun(prepared, options, hooks)
    screen.close()
    return end.kind === 'stopped' ? EXIT.interrupted : await tell(prepared, end, world)
  } finally {
    screen.close()
  }
}

async function tell(
  { resultPath, state, stateOption, toStdout }: PreparedRun,
  { job, ...facts }: RunEnd & { readonly kind: 'ended' },
  world: World,
): Promise<ExitCode> {
  const cost = await readCost(job, createStorage({}), world.stop)
  const files = { result: resultPath, ...besideResult(resultPath) }
  const reasons = facts.rowsFailed > 0 ? await whyFailed(files) : []
  const shown = { files, statePath: state.path, stateOption, cost, reasons, ...facts }
  const { lines, exitCode } = summaryOf(job, shown)
  // Whoever reads the result may have enough before its end, and this command ends with that.
  world.stderr.write(`${fit(lines.join('\n'), world.stderr)}\n`)
  if (toStdout && job.state.startsWith('succeeded')) {
    await pipeline(createReadStream(resultPath), world.stdout, { end: false })
  }
  return exitCode
}
