import { isConflict, type Occupant, type Storage, type Writer } from '@millrace/storage'

/** Another has taken the work over: what was being written must not become visible any more. */
export class OvertakenError extends Error {
  override readonly name = 'OvertakenError'
}

export interface FencedFiles {
  createWriter(uri: string, signal: AbortSignal): Promise<Writer>
  remove(uri: string, signal: AbortSignal): Promise<void>
  /** Takes what lies there for what is to lie there. */
  leave(uri: string, signal: AbortSignal): Promise<void>
  /** True while that lies under the name which was left there by `commit`, `remove` or `leave`. */
  isAsLeft(uri: string, signal: AbortSignal): Promise<boolean>
}

/** Each conflict means that somebody else has got on; there are two at once, for a moment. */
const TRIES_MAX = 10

/**
 * Files that become visible, or go, only while whoever writes them may. It is asked before each of them: when
 * another has ended the job meanwhile, the names may belong to the retry of it already.
 *
 *     what lies there? ──▶ may we still write? ──▶ write, if that is what lies there
 *            ▲                                          │ it is not
 *            └──────────────────────────────────────────┘
 *
 * So a write that is under way when the work is taken over, however late it arrives, finds what has been
 * written since and is refused.
 *
 * @param mayWrite false when another has taken over.
 */
export function fenced(
  files: Pick<Storage, 'createWriter' | 'remove' | 'occupantOf'>,
  mayWrite: (signal: AbortSignal) => Promise<boolean>,
): FencedFiles {
  const left = new Map<string, Occupant['version']>()
  async function whileOurs<T>(
    uri: string,
    first: Promise<Occupant>,
    write: (over: Occupant) => Promise<T>,
    signal: AbortSignal,
  ): Promise<T> {
    let over = await first
    for (let tries = 1; ; tries += 1) {
      if (!(await mayWrite(signal))) {
        throw new OvertakenError(`write ${uri}: another has taken over`)
      }
      try {
        return await write(over)
      } catch (error) {
        if (!isConflict(error) || tries === TRIES_MAX) throw error
      }
      over = await files.occupantOf(uri, signal)
    }
  }
  return {
    async createWriter(uri, signal) {
      const writer = await files.createWriter(uri, signal)
      // Asked while the file is being written; whatever comes in between is found then.
      const first = files.occupantOf(uri, signal)
      first.catch(() => {}) // Whoever commits is told.
      return {
        ...writer,
        async commit() {
          const commit = (over: Occupant) => writer.commit({ over })
          const committed = await whileOurs(uri, first, commit, signal)
          left.set(uri, committed.version)
          return committed
        },
      }
    },
    async remove(uri, signal) {
      const first = files.occupantOf(uri, signal)
      await whileOurs(uri, first, (over) => files.remove(uri, { over }, signal), signal)
      left.set(uri, undefined)
    },
    async leave(uri, signal) {
      const { version } = await files.occupantOf(uri, signal)
      left.set(uri, version)
    },
    async isAsLeft(uri, signal) {
      const { version } = await files.occupantOf(uri, signal)
      return left.has(uri) && left.get(uri) === version
    },
  }
}
