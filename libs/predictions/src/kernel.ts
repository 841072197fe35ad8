import { kernelWasm } from './kernel-wasm.generated.ts'
import { POWERS_END, writePowers } from './powers.ts'

/*
 * The loops over single bytes and numbers, in WebAssembly. One memory for the whole process: each use
 * of it is from beginning to end within one call, so calls cannot meet in it; but for the counts, which stay
 * until somebody else counts.
 *
 *     | scratch | powers | counts | what one call lays out …
 */

/** The functions of `assembly/`; addresses are bytes in the kernel's memory. */
interface Kernel {
  printLines(at: number, count: number, outAt: number, endsAt: number, valuesAt: number): number
  oddPrinted(): number
  emptyPrinted(): number
  printRows(at: number, count: number, outAt: number, valuesAt: number): number
  textPrinted(): number
  countLines(at: number, length: number): number
  readLines(at: number, length: number, endsAt: number, valuesAt: number): number
  oddLines(): number
  emptyLines(): number
  countScores(at: number, end: number, countsAt: number): number
  beginRows(
    delimiter: number,
    thresholdsAt: number,
    thresholds: number,
    belowAt: number,
    belowBytes: number,
    aboveAt: number,
    aboveBytes: number,
  ): void
  writeRows(
    rows: number,
    textAt: number,
    endsAt: number,
    valuesAt: number,
    inputAt: number,
    offsetsAt: number,
    outAt: number,
  ): number
  joinLines(
    rows: number,
    textAt: number,
    endsAt: number,
    valuesAt: number,
    inputAt: number,
    inputEnd: number,
    quote: number,
    outAt: number,
  ): number
}

/** Room behind a text that the kernel may read, and behind what it writes. */
export const MARGIN_BYTES = 64

const alignedTo8 = (at: number): number => (at + 7) & ~7

/** Where the counts of scores lie, with room for twice as many as there are. */
export const COUNTS_AT = alignedTo8(POWERS_END)
const COUNTS_BYTES_MAX = 32_768

const PAGE_BYTES = 65_536
const MEMORY_BYTES_MAX = 2 * 1024 * 1024 * 1024

interface Memory {
  readonly buffer: ArrayBuffer
  grow(pages: number): number
}

/** What is used of the global `WebAssembly`, for which Node's types have no declaration. */
const { WebAssembly } = globalThis as unknown as {
  readonly WebAssembly: {
    readonly Module: new (bytes: Uint8Array) => object
    readonly Memory: new (pages: { initial: number; maximum: number }) => Memory
    readonly Instance: new (
      module: object,
      imports: { env: { memory: Memory } },
    ) => { readonly exports: Kernel }
  }
}

const memory = new WebAssembly.Memory({ initial: 4, maximum: MEMORY_BYTES_MAX / PAGE_BYTES })
const module = new WebAssembly.Module(Buffer.from(kernelWasm, 'base64'))
writePowers(memory.buffer)

export const kernel: Kernel = new WebAssembly.Instance(module, { env: { memory } }).exports

/** Lays out places of so many bytes each, one after the other, aligned to 8, and makes room for them. */
export function layOut(...sizes: readonly number[]): number[] {
  let end = COUNTS_AT + COUNTS_BYTES_MAX
  const places = sizes.map((bytes) => {
    const at = end
    end = alignedTo8(at + bytes + MARGIN_BYTES)
    return at
  })
  const missing = end - memory.buffer.byteLength
  if (missing > 0) memory.grow(Math.ceil(missing / PAGE_BYTES))
  return places
}

/** The memory's bytes from `at` on, as they are until the next `layOut`. */
export const bytesAt = (at: number, length: number): Uint8Array =>
  new Uint8Array(memory.buffer, at, length)

export const indexesAt = (at: number, count: number): Uint32Array =>
  new Uint32Array(memory.buffer, at, count)

export const numbersAt = (at: number, count: number): Float64Array =>
  new Float64Array(memory.buffer, at, count)
