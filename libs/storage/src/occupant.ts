import { StorageError } from './storage-error.ts'

/**
 * What lies under a name at a moment: a version that is only compared, or nothing. A write that is made to
 * depend on it does not take the place of what somebody else has put there, or taken away, since.
 */
export interface Occupant {
  readonly version: string | undefined
}

/** A write depends on `over`, where that is given. */
export interface WriteOver {
  readonly over?: Occupant
}

export const changedSince = (verb: string, uri: string, cause?: unknown): StorageError =>
  new StorageError('conflict', verb, uri, 'somebody else has changed it meanwhile', { cause })

export const isConflict = (error: unknown): boolean =>
  error instanceof StorageError && error.code === 'conflict'
