import { randomUUID } from 'node:crypto'
import type { KeeperOrder, KeeperSays } from './keeper-channel.ts'
import { LET_GO } from './keeper-channel.ts'
import { makeEndpoint, NotMade } from './make-endpoint.ts'
import { isKeptBy, removeNote, TOUCH_EVERY_MS, touchNote, writeNote } from './notes.ts'
import { removeEndpoint } from './remove-endpoint.ts'
import { openSageMaker } from './sagemaker-api.ts'

/*
 * Keeps one endpoint: makes it, and deletes it when whoever has started this is done with it or gone, by whatever
 * end: a result, ctrl-C, SIGKILL. It is a process of its own for the last of these. Only what ends both, such as a
 * loss of power, leaves the endpoint to the next command, which finds the note of it.
 *
 *     run ──fork──▶ keeper ──▶ CreateEndpoint … InService ──"in_service"──▶ run
 *      │ the job ends, or the channel closes
 *      └────────────▶ keeper ──▶ DeleteEndpoint ──"removed"──▶ run, if it is still there
 */

const order = JSON.parse(process.argv[2] ?? '') as KeeperOrder
const released = releaseSignal()
await keep(order)
if (process.connected) process.disconnect()

async function keep({ endpoint, notes, task }: KeeperOrder): Promise<void> {
  const id = randomUUID()
  const { name } = endpoint
  await writeNote(notes, { endpoint, keeper: { id, pid: process.pid } })
  const touching = setInterval(() => void touchNote(notes, name), TOUCH_EVERY_MS)
  using api = openSageMaker(endpoint.region, process.env, 1)
  let askedAtMs: number | undefined
  if (task === 'make') {
    const asking = {
      ...api,
      create: async (...args: Parameters<typeof api.create>) => {
        log(`ordering ${name}`)
        askedAtMs = performance.now()
        await api.create(...args)
      },
    }
    try {
      const how = await makeEndpoint(asking, endpoint, released)
      log(`${name} is in service (${how})`)
      say({ kind: 'in_service', how })
      await aborted(released)
    } catch (error) {
      if (error instanceof NotMade) {
        log(error.message)
        say({ kind: 'not_made', message: error.message, hint: error.hint })
      } else if (!released.aborted) throw error
    }
  }
  const isGone = await removeEndpoint(api, endpoint, {
    isOurs: () => isKeptBy(notes, name, id),
    askedAtMs,
    onFailure: ({ message }) => {
      log(`not deleted: ${message}`)
      say({ kind: 'not_removed', message })
    },
  })
  clearInterval(touching)
  if (isGone && (await isKeptBy(notes, name, id))) await removeNote(notes, name)
  log(isGone ? `${name} is gone` : `${name} is left: a later command in this folder deletes it`)
  if (isGone) say({ kind: 'removed' })
}

/** Aborted when there is nobody left who needs the endpoint. */
function releaseSignal(): AbortSignal {
  const release = new AbortController()
  process.once('disconnect', () => release.abort())
  process.on('message', (message) => {
    if (message === LET_GO) release.abort()
  })
  // Whoever ends all processes of a user, as a shutdown does, gives them a moment.
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
    process.on(signal, () => release.abort())
  }
  if (!process.connected) release.abort()
  return release.signal
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return
  await new Promise<void>((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true })
  })
}

function say(says: KeeperSays): void {
  // Its listener may be gone at any moment, and that is told by `disconnect`.
  if (process.connected) process.send?.(says, () => {})
}

function log(text: string): void {
  process.stderr.write(`${new Date().toISOString()} ${text}\n`)
}
