import {
  createCutter,
  CsvError,
  type Cutter,
  type Dialect,
  type Head,
  headBytes,
  headDifference,
  headOf,
  inspectHead,
  inspectNext,
  type Slots,
} from '@millrace/csv'
import { dialectOf, type JobSpec, limits } from '@millrace/job'
import { CliError } from '../cli-error.ts'
import { type Checks, createChecks, type Fault, type OtherEncoding } from './check-rows.ts'
import type { SourceObject } from './plan-source.ts'

/** What the cutter sees of a dataset. */
export interface PlanReport {
  readonly objects: number
  readonly bytesStored?: number
  /** Decompressed. */
  readonly bytes: number
  readonly header: boolean
  readonly columns?: readonly string[]
  readonly width: number
  readonly rows: number
  readonly batches: number
  readonly batchBytesMax: number
  /** Rows that no payload takes; each would be a row failure. */
  readonly tooLarge: number
  /** Rows of another width; without `check` those of the first megabyte of each object. */
  readonly oddRows: number
  readonly checked: boolean
  /** What is wrong with single rows or bytes, the first of each kind. */
  readonly faults: readonly Fault[]
  /** The first byte of a CSV that is no UTF-8; without `check` of the first megabyte of each object. */
  readonly otherEncoding?: OtherEncoding
  readonly seconds: number
}

interface Options {
  readonly check: boolean
  readonly now: () => number
  /** Memory that pieces may lie in, so that they need not be copied. */
  readonly slots?: Slots | undefined
}

/**
 * Cuts every object as the producer would, and looks at rows beside it.
 *
 * @throws {CsvError} what no plan can be made of; {CliError} when there is no row at all, or the heads
 *   of objects differ.
 */
export async function surveyObjects(
  objects: readonly SourceObject[],
  spec: JobSpec,
  { check, now, slots }: Options,
): Promise<PlanReport> {
  const startedAt = now()
  const sums = { bytes: 0, rows: 0, batches: 0, batchBytesMax: 0, tooLarge: 0 }
  const faults: Fault[] = []
  const odd: Findings['odd'] = { rows: 0 }
  let table: Head | undefined
  for await (const started of inTable(beginEach(objects, spec))) {
    table = started.table
    await surveyObject(started, spec, { check, slots }, { sums, faults, odd })
    const difference = headDifference(table, started.head)
    if (difference !== undefined) throw new CliError(`${started.object.name} has ${difference}`)
  }
  if (table === undefined) throw new CliError(`${namesOf(objects)}: no row, wanted at least one`)
  const { header, columns, width } = table
  const stored = objects.map(({ bytesStored }) => bytesStored)
  return {
    objects: objects.length,
    ...(stored.includes(undefined) ? {} : { bytesStored: sumOf(stored) }),
    ...sums,
    header,
    ...(columns === undefined ? {} : { columns }),
    width,
    oddRows: odd.rows,
    checked: check,
    faults,
    ...(odd.encoding === undefined ? {} : { otherEncoding: odd.encoding }),
    seconds: (now() - startedAt) / 1_000,
  }
}

const namesOf = ([first, ...others]: readonly SourceObject[]): string =>
  others.length === 0 ? `${first?.name}` : `${first?.name} and ${others.length} more`

interface Findings {
  readonly sums: {
    bytes: number
    rows: number
    batches: number
    batchBytesMax: number
    tooLarge: number
  }
  readonly faults: Fault[]
  readonly odd: { rows: number; encoding?: OtherEncoding }
}

async function surveyObject(
  { object, head, first, rest }: Started,
  spec: JobSpec,
  { check, slots }: Pick<Options, 'check' | 'slots'>,
  { sums, faults, odd }: Findings,
): Promise<void> {
  const dialect = dialectOf(spec.dataset)
  const { rows: rowsMax, payloadBytesMax: bytesMax } = spec.batching
  const cutter = createCutter({
    dialect,
    header: head.header,
    rowsMax,
    bytesMax,
    slots,
    rowBytesMax: limits.rowBytesMax,
    firstRow: sums.rows,
  })
  const place = { object: object.name, firstRow: sums.rows }
  const checks = createChecks(spec.dataset.format, dialect, head, place)
  const take = (cuts: ReturnType<Cutter['push']>): void => {
    for (const { rows, bytes } of cuts) {
      const size = bytes.end - bytes.start
      sums.rows += rows
      sums.batches += 1
      sums.batchBytesMax = Math.max(sums.batchBytesMax, size)
      if (size > bytesMax) sums.tooLarge += 1
    }
  }
  let at = 0
  const look = (piece: Uint8Array): void => {
    take(naming(object, () => cutter.push(piece)))
    if (check || at < headBytes) checks.push(piece, at)
    at += piece.length
  }
  look(first)
  for await (const piece of rest) look(piece)
  take(naming(object, () => cutter.end()))
  sums.bytes += at
  collect(checks, check || at <= headBytes, faults, odd)
}

function collect(checks: Checks, whole: boolean, faults: Fault[], odd: Findings['odd']): void {
  const found = checks.end(whole)
  odd.rows += found.oddRows
  if (found.otherEncoding !== undefined) odd.encoding ??= found.otherEncoding
  for (const fault of found.faults) if (faults.length < FAULTS_MAX) faults.push(fault)
}

const FAULTS_MAX = 20

/** An object that has been read as far as its head wants. */
interface Started {
  readonly object: SourceObject
  readonly head: Head
  readonly first: Uint8Array
  readonly rest: AsyncIterable<Uint8Array>
  /** Its head, as that of another object than those that tell the table's. */
  headIn(table: Head): Head
}

/** So many small objects are asked for at once: a hundred thousand, one after the other, would take hours. */
const AHEAD_MAX = 16

/** Those that have a row. */
async function* beginEach(
  objects: readonly SourceObject[],
  spec: JobSpec,
): AsyncGenerator<Started> {
  const begun = new Map<number, Promise<Started | undefined>>()
  const beginAt = (index: number): Promise<Started | undefined> | undefined => {
    const object = objects[index]
    if (object === undefined) return undefined
    const starting = begun.get(index) ?? begin(object, spec, dialectOf(spec.dataset))
    starting.catch(() => {}) // It is awaited in its turn.
    begun.set(index, starting)
    return starting
  }
  try {
    for (const index of objects.keys()) {
      for (let next = index + 1; next < index + AHEAD_MAX; next += 1) {
        if (objects[next]?.isAskedAhead === true) void beginAt(next)
      }
      const started = await beginAt(index)
      begun.delete(index)
      if (started !== undefined) yield started
    }
  } finally {
    for (const left of await Promise.allSettled(begun.values())) {
      if (left.status === 'fulfilled') await left.value?.rest[Symbol.asyncIterator]().return?.()
    }
  }
}

/**
 * Each with the head of the table, as a producer pins it. Those that are looked at until it is known have one row
 * each: they are kept meanwhile, since standard input comes only once.
 */
async function* inTable(
  all: AsyncGenerator<Started>,
): AsyncGenerator<Started & { readonly table: Head }> {
  const looked: Started[] = []
  async function* heads(): AsyncGenerator<Head> {
    for (let next = await all.next(); next.done !== true; next = await all.next()) {
      looked.push(next.value)
      yield next.value.head
    }
  }
  const table = await headOf(heads())
  if (table === undefined) return
  for (const started of looked) yield { ...started, head: started.headIn(table), table }
  for await (const started of all) yield { ...started, head: started.headIn(table), table }
}

/** Reads as much of an object as its head wants, and says what it found there. */
async function begin(
  object: SourceObject,
  spec: JobSpec,
  dialect: Dialect,
): Promise<Started | undefined> {
  const iterator = object.pieces()[Symbol.asyncIterator]()
  const header = spec.dataset.format === 'jsonl' ? 'absent' : spec.dataset.csv.header
  let first: Uint8Array = new Uint8Array(0)
  let isWhole = false
  const readTo = async (bytesMax: number): Promise<void> => {
    while (first.length < bytesMax && !isWhole) {
      const { done, value } = await iterator.next()
      isWhole = done === true
      if (done !== true)
        first = first.length === 0 ? Buffer.from(value) : Buffer.concat([first, value])
    }
  }
  /** As a producer has it: a long first row is read on, as far as one payload may be. */
  const inspect = async (bytesMax: number): Promise<Pick<Started, 'head' | 'headIn'>> => {
    await readTo(bytesMax)
    const start = first.subarray(0, bytesMax)
    const look = [start, dialect, header, isWhole && start.length === first.length] as const
    try {
      return { head: inspectHead(...look), headIn: (table) => inspectNext(table, ...look) }
    } catch (error) {
      const goesOn = error instanceof CsvError && error.code === 'head_incomplete'
      if (goesOn && bytesMax < limits.payloadBytesMax) return await inspect(limits.payloadBytesMax)
      throw named(object, error)
    }
  }
  try {
    const heads = await inspect(headBytes)
    if (heads.head.width === 0 && isWhole) return undefined
    return { object, ...heads, first, rest: { [Symbol.asyncIterator]: () => iterator } }
  } catch (error) {
    await iterator.return?.()
    throw error
  }
}

/** What is wrong with a table names the object that it is wrong in. */
function naming<T>(object: SourceObject, look: () => T): T {
  try {
    return look()
  } catch (error) {
    throw named(object, error)
  }
}

function named({ name }: SourceObject, error: unknown): unknown {
  if (error instanceof CsvError) error.message += ` in ${name}`
  return error
}

const sumOf = (numbers: readonly (number | undefined)[]): number =>
  numbers.reduce<number>((sum, number) => sum + (number ?? 0), 0)
