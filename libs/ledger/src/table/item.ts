import type { AttributeValue } from '@aws-sdk/client-dynamodb'
import { ContractError } from '@millrace/job'
import { LedgerError } from './ledger-error.ts'

/** An item as DynamoDB's API gives it. */
export type Item = Record<string, AttributeValue>

/** Reads the attributes of one item; what is missing or of another type is `item_corrupt`. */
export class ItemReader {
  readonly #what: string
  readonly #item: Item

  constructor(what: string, item: Item) {
    this.#what = what
    this.#item = item
  }

  has(name: string): boolean {
    return this.#item[name] !== undefined
  }

  text(name: string): string {
    return this.#item[name]?.S ?? this.#missing(name, 'a string')
  }

  bytes(name: string): Buffer {
    const bytes = this.#item[name]?.B ?? this.#missing(name, 'binary')
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  number(name: string): number {
    const number = Number(this.#item[name]?.N ?? this.#missing(name, 'a number'))
    return Number.isFinite(number) ? number : this.#missing(name, 'a finite number')
  }

  /** JSON kept in a string attribute. */
  json(name: string): unknown {
    const text = this.text(name)
    try {
      return JSON.parse(text)
    } catch (cause) {
      throw corrupt(this.#what, `${name} is not JSON`, { cause })
    }
  }

  /** A list of strings. */
  texts(name: string): string[] {
    const list = this.#item[name]?.L ?? this.#missing(name, 'a list')
    return list.map((entry) => entry.S ?? this.#missing(name, 'strings'))
  }

  /** Of a map of numbers: all of them, by name. */
  numbers(): Record<string, number> {
    return Object.fromEntries(Object.keys(this.#item).map((name) => [name, this.number(name)]))
  }

  map(name: string): ItemReader {
    return new ItemReader(
      `${this.#what} ${name}`,
      this.#item[name]?.M ?? this.#missing(name, 'a map'),
    )
  }

  #missing(name: string, wanted: string): never {
    throw corrupt(this.#what, `${name}: wanted ${wanted}`)
  }
}

/**
 * What `read` makes of a document in the item.
 *
 * @throws {LedgerError} `item_newer` for what a newer version has written, `item_corrupt` for what none has.
 */
export function documentOf<T>(what: string, read: () => T): T {
  try {
    return read()
  } catch (cause) {
    if (!(cause instanceof ContractError)) throw cause
    if (cause.code !== 'unknown_version') throw corrupt(what, cause.message, { cause })
    throw new LedgerError('item_newer', `read ${what}: item_newer (${cause.message})`, {
      cause,
      hint: 'a newer version of Millrace has written it: read it with that one',
    })
  }
}

/** What is stored is not what was written. */
export function corrupt(what: string, reason: string, options?: ErrorOptions): LedgerError {
  return new LedgerError('item_corrupt', `read ${what}: item_corrupt (${reason})`, options)
}
