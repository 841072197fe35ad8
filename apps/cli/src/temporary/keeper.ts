import { type KeeperOrder, type KeeperSays, LET_GO } from './keeper-channel.ts'
import { makeEndpoint, NotMade, type Ordering } from './make-endpoint.ts'
import {
  isKeptByAnother,
  newKeeper,
  type Note,
  noteOf,
  removeNote,
  TOUCH_EVERY_MS,
  touchNote,
  untilGone,
  writeNote,
} from './notes.ts'
import { type Removed, removeEndpoint } from './remove-endpoint.ts'
import { openSageMaker, type SageMakerApi } from './sagemaker-api.ts'

/*
 * Keeps one endpoint: makes it, and deletes it when whoever has started this is done with it or gone, by whatever
 * end: a result, ctrl-C, SIGKILL. It is a process of its own for the last of these. Only what ends both, such as a
 * loss of power, leaves the endpoint to the next command, which finds the note of it.
 *
 *     run ──fork──▶ keeper ──▶ CreateEndpoint … InService ──"in_service"──▶ run
 *      │ the job ends, or the channel closes
 *      └────────────▶ keeper ──▶ DeleteEndpoint ──"removed"──▶ run, if it is still there
 */

/** A call of the keeper before, which was under way when this one came, has ended by then. */
const OTHER_ENDS_MS = 30_000

const order = JSON.parse(process.argv[2] ?? '') as KeeperOrder
const released = releaseSignal()
using api = openSageMaker(order.endpoint.region, process.env, 1)
const removed = await keep(order, api)
log(`${order.endpoint.name}: ${removed}`)
if (process.connected) process.disconnect()

async function keep({ endpoint, notes, task }: KeeperOrder, asked: SageMakerApi): Promise<Removed> {
  const { name } = endpoint
  const before = await noteOf(notes, name)
  if (task.kind === 'remove' && before !== undefined && task.keeperId !== undefined) {
    if (before.keeper.id !== task.keeperId) return tell('not_ours')
  }
  const ordering: Ordering = { askedAtMs: undefined, isSeen: task.kind === 'remove' }
  const note: Note = {
    ...{ endpoint, keeper: newKeeper() },
    account: before?.account ?? (await accountOf(asked, endpoint)),
  }
  let hasFailed = false
  try {
    if (task.kind === 'make' && before !== undefined) await holdToAccount(asked, note)
    await writeNote(notes, note)
  } catch (error) {
    hasFailed = true
    log(`no note: ${(error as Error).message}`)
    if (task.kind === 'make') {
      sayNotMade(error as Error)
      // What an earlier keeper has made is deleted all the same, unless it stands elsewhere.
      if (before === undefined || error instanceof NotMade) return tell('never_made')
      ordering.isSeen = true
    }
  }
  const touching = setInterval(() => {
    touchNote(notes, note).catch(({ message }: Error) => log(`not touched: ${message}`))
  }, TOUCH_EVERY_MS)

  if (task.kind === 'make' && !hasFailed) {
    if (before !== undefined) await untilGone(before.keeper, OTHER_ENDS_MS)
    try {
      const how = await makeEndpoint(asked, endpoint, ordering, released)
      log(`${name} is in service (${how})`)
      say({ kind: 'in_service', how })
      await aborted(released)
    } catch (error) {
      if (!released.aborted) sayNotMade(error as Error)
    }
  }
  const what = await removeEndpoint(asked, endpoint, {
    ...{ ordering, account: note.account },
    isOurs: async () => !(await isKeptByAnother(notes, name, note.keeper.id)),
    onNotYet: ({ why, message }) => {
      log(`not deleted yet: ${message}`)
      say({ kind: 'not_yet', why, message })
    },
  })
  clearInterval(touching)
  tell(what)
  if (what === 'deleted' || what === 'never_made') await forget(notes, note)
  return what
}

/** In which the calls are made; nothing when SageMaker does not tell, which has its reason told soon. */
async function accountOf(
  { describe }: SageMakerApi,
  endpoint: KeeperOrder['endpoint'],
): Promise<string | undefined> {
  return await describe(endpoint, AbortSignal.timeout(20_000)).then(
    ({ account }) => account,
    () => undefined,
  )
}

/** @throws {NotMade} when one of the same name was left in another account: its note would be lost. */
async function holdToAccount(asked: SageMakerApi, { endpoint, account }: Note): Promise<void> {
  const now = await accountOf(asked, endpoint)
  if (account === undefined || now === undefined || account === now) return
  throw new NotMade(
    `endpoint ${endpoint.name}: was left by an earlier run in account ${account}, and the credentials are of ${now}`,
    'with credentials of that account any millrace run in this folder deletes it',
  )
}

async function forget(notes: string, { endpoint: { name }, keeper }: Note): Promise<void> {
  try {
    if (!(await isKeptByAnother(notes, name, keeper.id))) await removeNote(notes, name)
  } catch (error) {
    log(`its note stays: ${(error as Error).message}`)
  }
}

function sayNotMade(error: Error): void {
  log(error.message)
  const hint = error instanceof NotMade ? error.hint : 'mend what it says, and run the same again'
  say({ kind: 'not_made', message: error.message, hint })
}

/** Aborted when there is nobody left who needs the endpoint. */
function releaseSignal(): AbortSignal {
  const release = new AbortController()
  process.once('disconnect', () => release.abort())
  process.on('message', (message) => {
    if (message === LET_GO) release.abort()
  })
  // Whoever ends all processes of a user, or of a unit, ends the command as well, and that may need it to the end.
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => {})
  if (!process.connected) release.abort()
  return release.signal
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return
  await new Promise<void>((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true })
  })
}

function tell(what: Removed): Removed {
  say({ kind: 'removed', what })
  return what
}

function say(says: KeeperSays): void {
  // Its listener may be gone at any moment, and that is told by `disconnect`.
  if (process.connected) process.send?.(says, () => {})
}

function log(text: string): void {
  process.stderr.write(`${new Date().toISOString()} ${text}\n`)
}
