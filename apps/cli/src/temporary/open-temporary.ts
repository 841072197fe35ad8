import { instancesPrice, pricesOf } from '@millrace/cost'
import { money, span } from '../show/money.ts'
import { nearPath } from '../show/near-path.ts'
import type { Snapshot } from '../show/screen.ts'
import { leaveToKeeper, logOf, startKeeper } from './keeper-process.ts'
import { abandonedIn } from './notes.ts'
import { instancesText, type TemporaryEndpoint } from './temporary-endpoint.ts'

interface Hooks {
  show(snapshot: Snapshot): void
  note(text: string): void
  readonly stop: AbortSignal
}

const SHOW_EVERY_MS = 1_000
/** The end of a run waits for so long; a deletion that takes longer goes on without it. */
const REMOVING_MS_MAX = 60_000

/**
 * Works on a job through an endpoint that is made for it, where one is wanted; it is gone, or going, afterwards.
 *
 * @param notes the folder of the notes of such endpoints.
 */
export async function throughTemporary<End>(
  endpoint: TemporaryEndpoint | undefined,
  notes: string,
  hooks: Hooks,
  work: () => Promise<End>,
): Promise<End> {
  await removeAbandoned(notes, endpoint?.name, hooks.note)
  if (endpoint === undefined) return await work()
  await using _held = await openTemporary(endpoint, notes, hooks)
  return await work()
}

/**
 * Has an endpoint made for a job, and resolves when it is in service. It is deleted when this is disposed of, and
 * when this process ends in any other way.
 *
 * @throws {CliError} when it cannot be made. What `stop` says, when that ends the wait. Nothing stands then.
 */
async function openTemporary(
  endpoint: TemporaryEndpoint,
  notes: string,
  { show, note, stop }: Hooks,
): Promise<AsyncDisposable> {
  const { name, model, instances } = endpoint
  const startedAtMs = performance.now()
  const seconds = (): number => (performance.now() - startedAtMs) / 1_000
  note(`making endpoint ${name} of ${model} on ${instancesText(instances)}, in some minutes`)
  const keeper = await startKeeper({ endpoint, notes, task: 'make' }, note)
  let wasThere = false
  const release = async (): Promise<void> => {
    const released = await keeper.release(REMOVING_MS_MAX)
    const gone = wasThere ? `endpoint ${name} is deleted` : goneText(endpoint, seconds())
    note(released.isGone ? gone : leftText(endpoint, released.why))
  }
  const showing = setInterval(
    () => show({ ...NOTHING_DONE, madeForSeconds: seconds() }),
    SHOW_EVERY_MS,
  )
  try {
    wasThere = (await keeper.inService(stop)) === 'taken'
  } catch (error) {
    await release()
    throw error
  } finally {
    clearInterval(showing)
  }
  note(
    wasThere
      ? `endpoint ${name} was left in service by an earlier run: it is taken`
      : `endpoint ${name} is in service after ${span(seconds())}`,
  )
  return { [Symbol.asyncDispose]: release }
}

const NOTHING_DONE = {
  state: 'making',
  ...{ rows: undefined, rowsDone: 0, rowsFailed: 0, rowsPerSecond: 0 },
} as const

/** Instances are paid for from some time after their order on, so that this is the most. */
function goneText({ name, instances, region }: TemporaryEndpoint, seconds: number): string {
  const dollars = instancesPrice(instances, seconds, pricesOf(region))
  const price = dollars === undefined ? '' : `: ${money(dollars)} at most`
  return `endpoint ${name} is deleted, ${span(seconds)} after it was asked for${price}`
}

/** Whoever is to pay for it must know, and what to do about it. */
const leftText = ({ name, region }: TemporaryEndpoint, why: string): string =>
  `endpoint ${name} is not deleted yet: ${why}. That is tried for an hour more; ` +
  `aws sagemaker delete-endpoint --region ${region} --endpoint-name ${name} does it, too`

/**
 * Has deleted what runs of this folder have left that were ended together with their keepers, as by a loss of power.
 *
 * @param except the endpoint that is about to be wanted again.
 */
export async function removeAbandoned(
  notes: string,
  except: string | undefined,
  note: Hooks['note'],
): Promise<void> {
  for (const endpoint of await abandonedIn(notes)) {
    if (endpoint.name === except) continue
    const log = nearPath(logOf({ endpoint, notes }))
    note(`endpoint ${endpoint.name} was left by a run that was cut off: deleting it (see ${log})`)
    await leaveToKeeper({ endpoint, notes, task: 'remove' })
  }
}
