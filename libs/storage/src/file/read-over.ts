import { readSync } from 'node:fs'

/** Code that looks over a piece while it is read: it is called with how much of it is there. */
export interface Glance {
  /** A WebAssembly module that imports `env.memory` and exports the functions of `Exports`. */
  readonly module: object
  readonly memory: { readonly buffer: ArrayBufferLike }
  readonly args: readonly number[]
}

interface Exports {
  beginGlance(at: number, ...args: readonly number[]): void
  glance(length: number): void
}

/** `length` bytes of a file from `start` on, to `at` in the memory. */
export interface Read {
  readonly fd: number
  readonly at: number
  readonly length: number
  readonly start: number
}

/** So much is read at a time that it is still in the core's own cache when it is looked at. */
const READ_BYTES = 512 * 1024

/**
 * Reads and looks over, in the thread that calls it. Answers how many bytes it read: fewer than wanted only
 * at the end of the file, nothing when it could not.
 */
export function createReadOver({
  module,
  memory,
  args,
}: Glance): (read: Read) => number | undefined {
  const { exports } = new WebAssembly.Instance(module, { env: { memory } })
  const bytes = new Uint8Array(memory.buffer)
  return ({ fd, at, length, start }) => {
    exports.beginGlance(at, ...args)
    try {
      for (let done = 0; done < length; ) {
        const wanted = Math.min(READ_BYTES, length - done)
        const read = readSync(fd, bytes, at + done, wanted, start + done)
        if (read === 0) return done
        done += read
        exports.glance(done)
      }
      return length
    } catch {
      return undefined
    }
  }
}

const { WebAssembly } = globalThis as unknown as {
  readonly WebAssembly: {
    readonly Instance: new (module: object, imports: object) => { readonly exports: Exports }
  }
}
