import { instancesPrice, pricesOf } from '@millrace/cost'
import { money, span } from '../show/money.ts'
import { nearPath } from '../show/near-path.ts'
import type { Snapshot } from '../show/screen.ts'
import { leaveToKeeper, logOf, type Released, startKeeper } from './keeper-process.ts'
import { abandonedIn } from './notes.ts'
import { instancesText, type TemporaryEndpoint } from './temporary-endpoint.ts'

/** Whoever looks at the run that an endpoint is made for. */
interface Hooks {
  show(snapshot: Snapshot): void
  note(text: string): void
  /** What must be heard, however quiet the run is to be. */
  warn(text: string): void
  readonly stop: AbortSignal
  readonly abort: AbortSignal
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
 * @throws {CliError} when it cannot be made. What `stop` says, when that ends the wait. Nothing is to stand then.
 */
async function openTemporary(
  endpoint: TemporaryEndpoint,
  notes: string,
  { show, note, warn, stop, abort }: Hooks,
): Promise<AsyncDisposable> {
  const { name, model, instances } = endpoint
  const startedAt = Date.now()
  const seconds = (): number => (Date.now() - startedAt) / 1_000
  note(`making endpoint ${name} of ${model} on ${instancesText(instances)}, in some minutes`)
  const keeper = await startKeeper({ endpoint, notes }, warn)
  let wasThere = false
  const release = async (): Promise<void> => {
    note(`deleting endpoint ${name}`)
    const enough = AbortSignal.any([abort, AbortSignal.timeout(REMOVING_MS_MAX)])
    const released = await keeper.release(enough)
    const log = nearPath(logOf({ endpoint, notes }))
    if (released.kind === 'deleted') note(goneText(endpoint, wasThere ? undefined : seconds()))
    else if (released.kind !== 'never_made') warn(leftText(endpoint, released, log))
  }
  const showing = setInterval(
    () => show({ ...NOTHING_DONE, madeForSeconds: seconds() }),
    SHOW_EVERY_MS,
  )
  try {
    wasThere = (await keeper.inService(stop)) === 'taken'
  } catch (error) {
    clearInterval(showing)
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

/** @param seconds since it was asked for; nothing where somebody else has done that. */
function goneText(
  { name, instances, region }: TemporaryEndpoint,
  seconds: number | undefined,
): string {
  if (seconds === undefined) return `endpoint ${name} is deleted`
  // An instance is paid for from some time after its order on, and until it has ended.
  const dollars = instancesPrice(instances, seconds, pricesOf(region))
  const price = dollars === undefined ? '' : `: about ${money(dollars)}`
  return `endpoint ${name} is deleted, ${span(seconds)} after it was asked for${price}`
}

/** Whoever is to pay for it must know, and what to do about it. */
function leftText({ name, region }: TemporaryEndpoint, released: Released, log: string): string {
  const byHand = `aws sagemaker delete-endpoint --region ${region} --endpoint-name ${name}`
  switch (released.kind) {
    case 'in_progress':
      return `endpoint ${name} is still being made, and SageMaker deletes none before that has ended: its keeper does so then (see ${log})`
    case 'not_yet':
      return `endpoint ${name} is not deleted yet: ${released.why}. Its keeper tries it for an hour more (see ${log}); ${byHand} does it, too`
    case 'unkept':
      return `endpoint ${name} may still stand, and nobody deletes it: ${released.why}. The next millrace run in this folder does, or ${byHand}`
    case 'left':
      return `endpoint ${name} still stands (see ${log}): the next millrace run in this folder tries to delete it, or ${byHand}`
    default:
      return `endpoint ${name} is kept by another command now`
  }
}

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
  for (const { endpoint, keeperId } of await abandonedIn(notes)) {
    if (endpoint.name === except) continue
    const log = nearPath(logOf({ endpoint, notes }))
    note(`endpoint ${endpoint.name} was left by a run that was cut off: deleting it (see ${log})`)
    await leaveToKeeper({ endpoint, notes, task: { kind: 'remove', keeperId } })
  }
}
