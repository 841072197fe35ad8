/*
 * Memory that the lines of parts lie in, used again. A part of a thousand rows takes 32 KB; given up part by
 * part, it would stay until V8 looks for it, which is after fifty megabytes.
 */

/** Memory of one part's lines. */
export interface Lent {
  readonly bytes: Uint8Array
  /** Gives it back: what lies in it is not to be looked at any more. */
  release(): void
}

/** What is kept for the next parts; more of it is left to V8. */
const KEPT_MAX = 64

/** Lends memory, what was given back last first: a core has that still at hand. */
export function createLineMemory(): (bytes: number) => Lent {
  const kept: Uint8Array[] = []
  return (wanted) => {
    const last = kept.pop()
    const bytes =
      last !== undefined && last.length >= wanted ? last : new Uint8Array(Math.ceil(wanted * 1.25))
    let lent = true
    return {
      bytes,
      release() {
        if (lent && kept.length < KEPT_MAX) kept.push(bytes)
        lent = false
      },
    }
  }
}
