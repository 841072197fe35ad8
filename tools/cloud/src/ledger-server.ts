// A workspace that imports this file sees the declaration only by such a reference.
// oxlint-disable-next-line typescript/triple-slash-reference
/// <reference path="./dynalite.d.ts" />
import { createLedgerClient, createTable } from '@millrace/ledger'
import dynalite from 'dynalite'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { AccessKey } from './access-key.ts'
import { closeIterators } from './close-iterators.ts'
import { portError } from './cloud-error.ts'
import type { UsageCounter } from './count-usage.ts'
import { guardRequests } from './guard-requests.ts'
import { holdFolder, ledgerIn } from './hold-folder.ts'
import { refuseStrangers } from './refuse-strangers.ts'

export interface LedgerServer {
  readonly url: string
  close(): Promise<void>
}

/** Longer than any client keeps an idle connection, so that none meets a closing one. */
const KEEP_ALIVE_MS = 75_000

interface LedgerOptions {
  readonly region: string
  readonly credentials: AccessKey
  readonly tableName: string
  readonly stateDir: string | undefined
  readonly counting?: UsageCounter | undefined
}

/** Starts dynalite on a free port of loopback, with the table. Its folder goes on where it was, and is held. */
export async function startLedgerServer(options: LedgerOptions): Promise<LedgerServer> {
  await using starting = new AsyncDisposableStack()
  const { stateDir } = options
  if (stateDir !== undefined) starting.use(await holdFolder(stateDir))
  closeIterators()
  const place = stateDir === undefined ? {} : { path: ledgerIn(stateDir) }
  const server = dynalite({ ...place, createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 })
  options.counting?.watchLedger(server)
  const guard = guardRequests(server)
  refuseStrangers(server, options.credentials.accessKeyId)
  server.keepAliveTimeout = KEEP_ALIVE_MS
  await listen(server)
  starting.defer(async () => {
    await guard.drain()
    await close(server)
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  await ensureTable(url, options)
  const running = starting.move()
  return { url, close: () => running.disposeAsync() }
}

function listen(server: Server): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  server.once('error', (error) => reject(portError(0, error)))
  server.listen({ host: '127.0.0.1', port: 0 }, resolve)
  return promise
}

async function ensureTable(
  url: string,
  { region, credentials, tableName }: LedgerOptions,
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
