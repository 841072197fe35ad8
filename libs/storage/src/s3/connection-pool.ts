import { createSlots, type Slots } from '@millrace/aws'
import { type Answer, type Connection, openConnection, type Origin } from './connection.ts'

/** Connections that are kept open between requests. */
export interface ConnectionPool {
  /** Makes one request on an idle connection of the origin or a new one; waits while all are busy. */
  get(origin: Origin, request: string, target: Uint8Array, signal: AbortSignal): Promise<Answer>
  /** Closes the idle connections; the others close themselves some seconds after their request, as any that nobody uses. */
  close(): void
}

interface Group {
  readonly idle: Set<Connection>
  /** One for each request. */
  readonly slots: Slots
}

/** At most `busyMax` requests to each origin at once. */
export function createConnectionPool(busyMax: number): ConnectionPool {
  const groups = new Map<string, Group>()
  return {
    async get(origin, request, target, signal) {
      signal.throwIfAborted()
      const group = groupOf(groups, origin, busyMax)
      await group.slots.take(signal)
      try {
        return await getOn(group, origin, request, target, signal)
      } finally {
        group.slots.giveBack()
      }
    },
    close() {
      for (const { idle } of groups.values()) for (const connection of idle) connection.close()
      groups.clear()
    },
  }
}

function groupOf(
  groups: Map<string, Group>,
  { secure, host, port }: Origin,
  busyMax: number,
): Group {
  const key = `${secure} ${host} ${port}`
  const known = groups.get(key)
  if (known) return known
  const group = { idle: new Set<Connection>(), slots: createSlots(busyMax) }
  groups.set(key, group)
  return group
}

/**
 * A kept connection may have been closed by the server in the very moment of the request. That it
 * ends without one byte of an answer is no fault yet: a new connection gets its try first.
 */
async function getOn(
  group: Group,
  origin: Origin,
  request: string,
  target: Uint8Array,
  signal: AbortSignal,
): Promise<Answer> {
  const [kept] = group.idle
  if (kept) {
    group.idle.delete(kept)
    try {
      return await use(group, kept, request, target, signal)
    } catch (error) {
      if (signal.aborted || kept.hasAnswered()) throw error
    }
  }
  const opened = openConnection(origin, () => group.idle.delete(opened))
  return use(group, opened, request, target, signal)
}

async function use(
  group: Group,
  connection: Connection,
  request: string,
  target: Uint8Array,
  signal: AbortSignal,
): Promise<Answer> {
  const answer = await connection.get(request, target, signal)
  if (connection.isUsable()) group.idle.add(connection)
  return answer
}
