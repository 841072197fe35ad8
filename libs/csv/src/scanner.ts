import { scanWasm, sharedScanWasm } from './scan-wasm.generated.ts'

/** The functions of `assembly/`; addresses are bytes in the scanner's memory. */
export interface ScannerExports {
  beginCuts(delimiter: number, quote: number, rows: number, bytes: number, header: boolean): void
  scanCuts(
    at: number,
    from: number,
    length: number,
    position: number,
    notesAt: number,
    noted: number,
    outAt: number,
    outEnd: number,
  ): number
  endCuts(position: number, outAt: number): void
  cutsEnd(): number
  openRowStart(): number
  openRowIndex(): number

  beginGlance(at: number, ...args: readonly number[]): void
  glance(length: number): void

  beginCheck(delimiter: number, quote: number): void
  check(at: number, length: number, position: number): number
  endCheck(): number
  faultByte(): number
  faultRowIndex(): number
  faultLineNumber(): number

  beginSurvey(delimiter: number, quote: number, width: number): void
  survey(at: number, length: number, outAt: number, outEnd: number): number
  endSurvey(outAt: number): void
  surveyEnd(): number
  surveyRows(): number
  surveyBlankLines(): number
  findRows(at: number, length: number, position: number, outAt: number, outEnd: number): number
  rowsEnd(): number

  beginSelect(
    delimiter: number,
    quote: number,
    width: number,
    endsAt: number,
    keptAt: number,
    kept: number,
    droppedAt: number,
    dropped: number,
  ): void
  select(at: number, length: number, outAt: number): number
  selectedEnd(): number
  misfitRow(): number
  misfitStart(): number
  misfitFields(): number
}

/** Shared, so that other threads may read into it, and glance over what they read. */
export interface ScannerMemory {
  readonly buffer: SharedArrayBuffer
  grow(pages: number): number
}

/** Of one thread: V8 copies into shared memory a word at a time, which takes four times as long. */
export interface OwnMemory {
  readonly buffer: ArrayBuffer
  grow(pages: number): number
}

export function createSharedMemory(bytes: number): ScannerMemory {
  const pages = pagesOf(bytes)
  return new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true }) as ScannerMemory
}

/** Makes a memory of at least this many bytes that may grow to `bytesMax`. */
export function createOwnMemory(bytes: number, bytesMax: number): OwnMemory {
  const [initial, maximum] = [pagesOf(bytes), pagesOf(bytesMax)]
  return new WebAssembly.Memory({ initial, maximum, shared: false }) as OwnMemory
}

/** Lets a memory hold at least `bytes`. When it grows, views of its buffer taken before see nothing more. */
export function growMemory(memory: OwnMemory, bytes: number): void {
  const missing = bytes - memory.buffer.byteLength
  if (missing > 0) memory.grow(pagesOf(missing))
}

/** A scanner with state of its own in that memory. Several may share one. */
export function createScanner(memory: ScannerMemory | OwnMemory): ScannerExports {
  const module = memory.buffer instanceof SharedArrayBuffer ? scannerModule() : compile(scanWasm)
  return new WebAssembly.Instance(module, { env: { memory } }).exports
}

/** What the scanner is compiled to for shared memory: once, for all threads that it is given to. */
export const scannerModule = (): object => compile(sharedScanWasm)

function compile(wasm: string): object {
  const module = compiled.get(wasm) ?? new WebAssembly.Module(Buffer.from(wasm, 'base64'))
  compiled.set(wasm, module)
  return module
}

const compiled = new Map<string, object>()

const PAGE_BYTES = 65_536
const pagesOf = (bytes: number) => Math.ceil(bytes / PAGE_BYTES)

/** What is used of the global `WebAssembly`, for which Node's types have no declaration. */
const { WebAssembly } = globalThis as unknown as {
  readonly WebAssembly: {
    readonly Module: new (bytes: Uint8Array) => object
    readonly Memory: new (pages: {
      initial: number
      maximum: number
      shared: boolean
    }) => ScannerMemory | OwnMemory
    readonly Instance: new (
      module: object,
      imports: { env: { memory: ScannerMemory | OwnMemory } },
    ) => { readonly exports: ScannerExports }
  }
}
