import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { encodeCompletionMessage, type ResultExport } from '@millrace/job'
import { createExport, readExport } from '@millrace/ledger'
import { publish } from '@millrace/queue'
import { CliError } from '../cli-error.ts'
import { EXIT } from '../exit-code.ts'
import { type LoneApp, startLoneAggregator } from './start-apps.ts'
import type { System } from '../system/system.ts'

/** What an aggregator of this machine is told that is started for one export. */
export interface ExporterHere {
  readonly app: LoneApp
  /** The folder of its log. */
  readonly logs: string
}

interface Making {
  readonly here?: ExporterHere | undefined
  /** Called when the export is asked for, and may be made whether or not anybody waits for it. */
  asked?(): void
}

const LOOK_EVERY_MS = 200

/**
 * Asks for an export and gives it back when it has ended, with a result or without. The aggregator of the
 * system makes it, or `here` one that is started for it and ends with it.
 *
 * @throws {CliError} when that one cannot run.
 */
export async function makeExport(
  system: System,
  wanted: ResultExport,
  { here, asked }: Making,
  signal: AbortSignal,
): Promise<ResultExport> {
  await createExport(system.ledger, wanted, signal)
  const trouble = new AbortController()
  await using _aggregator =
    here === undefined ? undefined : await startAggregator(here, trouble, signal)
  const message = { body: encodeCompletionMessage(wanted.jobId, wanted.exportId) }
  await publish(system.queue('completions'), [message], signal)
  asked?.()
  return await untilEnded(system, wanted, AbortSignal.any([signal, trouble.signal]))
}

async function startAggregator(
  { app, logs }: ExporterHere,
  trouble: AbortController,
  signal: AbortSignal,
): Promise<AsyncDisposable> {
  const processes = await startLoneAggregator(app, {
    logs,
    onRestart: () => {},
    onGiveUp: (name, how) => {
      const hint = `see ${join(logs, `${name}.log`)}`
      trouble.abort(new CliError(`${name} cannot run (${how})`, { hint, exitCode: EXIT.failed }))
    },
  })
  // One that has nothing in hand leaves nothing.
  return { [Symbol.asyncDispose]: () => processes.stop(signal.aborted ? 1 : 0) }
}

async function untilEnded(
  { ledger }: System,
  name: Pick<ResultExport, 'jobId' | 'exportId'>,
  signal: AbortSignal,
): Promise<ResultExport> {
  for (;;) {
    const found = await readExport(ledger, name, signal)
    if (found !== undefined && found.state !== 'requested') return found
    await sleep(LOOK_EVERY_MS, undefined, { signal }).catch(() => signal.throwIfAborted())
  }
}
