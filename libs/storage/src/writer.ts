import type { Occupant, WriteOver } from './occupant.ts'

/** The occupant of its name, and its size. */
interface Committed extends Occupant {
  readonly bytes: number
  readonly version: string
}

/**
 * One call at a time. After a failed call only `abort` is left; `commit` would leave a hole. But a `commit`
 * that was refused as a `conflict` may be tried again over what lies there now.
 */
export interface Writer {
  /** Takes the bytes; the caller may reuse them once it resolves. It waits while too much waits. */
  write(bytes: Uint8Array): Promise<void>
  /**
   * Makes all that was written visible at once, replacing what was there. Tells what lies there now.
   *
   * @throws {StorageError} `conflict` where that is not `over` any more.
   */
  commit(options?: WriteOver): Promise<Committed>
  /** Leaves nothing behind; does nothing after `commit`. It runs also when the signal has fired. */
  abort(): Promise<void>
}
