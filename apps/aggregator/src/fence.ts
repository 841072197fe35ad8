import type { Storage } from '@millrace/storage'

/** Another has taken the work over: what was being written must not become visible any more. */
export class OvertakenError extends Error {
  override readonly name = 'OvertakenError'
}

export type FencedFiles = Pick<Storage, 'createWriter' | 'remove'>

/**
 * Files that become visible, or go, only while whoever writes them may. It is asked before each of them: when
 * another has ended the job meanwhile, the names may belong to the retry of it already.
 *
 * @param mayWrite false when another has taken over.
 */
export function fenced(
  files: FencedFiles,
  mayWrite: (signal: AbortSignal) => Promise<boolean>,
): FencedFiles {
  const mustBeOurs = async (uri: string, signal: AbortSignal): Promise<void> => {
    if (!(await mayWrite(signal))) throw new OvertakenError(`write ${uri}: another has taken over`)
  }
  return {
    async createWriter(uri, signal) {
      const writer = await files.createWriter(uri, signal)
      return {
        ...writer,
        async commit() {
          await mustBeOurs(uri, signal)
          return await writer.commit()
        },
      }
    },
    async remove(uri, signal) {
      await mustBeOurs(uri, signal)
      await files.remove(uri, signal)
    },
  }
}
