// A workspace that imports this file sees the declaration only by such a reference.
// oxlint-disable-next-line typescript/triple-slash-reference
/// <reference path="./dynalite.d.ts" />
import { createLedgerClient, createTable } from '@millrace/ledger'
import dynalite from 'dynalite'
import { Level } from 'level'
import { mkdir } from 'node:fs/promises'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { dirname, join } from 'node:path'
import type { AccessKey } from './access-key.ts'
import { closeIterators } from './close-iterators.ts'
import { CloudError, portError } from './cloud-error.ts'
import type { UsageCounter } from './count-usage.ts'
import { guardRequests } from './guard-requests.ts'
import { refuseStrangers } from './refuse-strangers.ts'

export interface LedgerServer {
  readonly url: string
  close(): Promise<void>
}

/** Longer than any client keeps an idle connection, so that none meets a closing one. */
const KEEP_ALIVE_MS = 75_000

/** Starts dynalite on a free port of loopback, with the table. Its folder goes on where it was. */
export async function startLedgerServer(options: {
  readonly region: string
  readonly credentials: AccessKey
  readonly tableName: string
  readonly stateDir: string | undefined
  readonly counting?: UsageCounter | undefined
}): Promise<LedgerServer> {
  const place = options.stateDir === undefined ? {} : { path: join(options.stateDir, 'ledger') }
  if (place.path !== undefined) await checkUnused(place.path)
  closeIterators()
  const server = dynalite({ ...place, createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 })
  options.counting?.watchLedger(server)
  const guard = guardRequests(server)
  refuseStrangers(server, options.credentials.accessKeyId)
  server.keepAliveTimeout = KEEP_ALIVE_MS
  await listen(server)
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  await ensureTable(url, options)
  return {
    url,
    close: async () => {
      await guard.drain()
      await close(server)
    },
  }
}

/**
 * Opens the folder once and lets go of it. dynalite opens it unseen and throws out of a request
 * when it cannot. The lock is the kernel's, so a killed process leaves none behind.
 */
async function checkUnused(path: string): Promise<void> {
  try {
    await makeFolders(path)
    const probe = new Level(path)
    await probe.open()
    await probe.close()
  } catch (error) {
    const { code, cause = error } = error as NodeJS.ErrnoException
    if ((cause as NodeJS.ErrnoException).code === 'LEVEL_LOCKED') {
      const message = `open ledger ${path}: the folder is in use by another process`
      throw new CloudError('state_in_use', message, { cause: error })
    }
    const reason = code === 'LEVEL_DATABASE_NOT_OPEN' ? (cause as Error).message : String(error)
    throw new CloudError('state_unreadable', `open ledger ${path}: ${reason}`, { cause: error })
  }
}

/**
 * The folder and the one that it lies in, and no more: Node's recursive way never ends where no folder
 * can be made below one that exists, as below /proc.
 */
async function makeFolders(path: string): Promise<void> {
  for (const folder of [dirname(path), path]) {
    await mkdir(folder).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error
    })
  }
}

function listen(server: Server): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  server.once('error', (error) => reject(portError(0, error)))
  server.listen({ host: '127.0.0.1', port: 0 }, resolve)
  return promise
}

async function ensureTable(
  url: string,
  {
    region,
    credentials,
    tableName,
  }: {
    readonly region: string
    readonly credentials: AccessKey
    readonly tableName: string
  },
): Promise<void> {
  const client = createLedgerClient({ region, endpointUrl: url, credentials })
  await createTable({ client, tableName }, AbortSignal.timeout(10_000))
  client.destroy()
}

/** Ends idle and open connections alike: a client's keep-alive must not hold the process. */
function close(server: Server): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  server.close((error) => (error ? reject(error) : resolve()))
  server.closeAllConnections()
  return promise
}
