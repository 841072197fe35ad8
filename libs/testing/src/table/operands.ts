import type { AttributeValue } from '@aws-sdk/client-dynamodb'
import { invalid } from './tokens.ts'

export type Item = Record<string, AttributeValue>

/** What the placeholders of one request stand for; each must be used, as DynamoDB wants it. */
export class Placeholders {
  readonly #names: Readonly<Record<string, string>>
  readonly #values: Readonly<Record<string, AttributeValue>>
  readonly #used = new Set<string>()

  constructor(
    names: Readonly<Record<string, string>> = {},
    values: Readonly<Record<string, AttributeValue>> = {},
  ) {
    this.#names = names
    this.#values = values
  }

  /** The attribute that a word of an expression names: a plain name or a `#placeholder`. */
  name(word: string): string {
    if (!word.startsWith('#')) return word
    this.#used.add(word)
    const name = this.#names[word]
    if (name === undefined) throw invalid(`An expression attribute name is not defined: ${word}`)
    return name
  }

  value(word: string): AttributeValue {
    this.#used.add(word)
    const value = this.#values[word]
    if (value === undefined) throw invalid(`An expression attribute value is not defined: ${word}`)
    return value
  }

  checkUsed(): void {
    for (const word of [...Object.keys(this.#names), ...Object.keys(this.#values)]) {
      if (!this.#used.has(word)) throw invalid(`Value or name unused in expressions: ${word}`)
    }
  }
}

/** Below, at or above 0 as `a` stands to `b`; nothing when they are of types that do not compare. */
export function compare(
  a: AttributeValue | undefined,
  b: AttributeValue | undefined,
): number | undefined {
  if (a?.S !== undefined && b?.S !== undefined) return compareText(a.S, b.S)
  if (a?.N !== undefined && b?.N !== undefined) return Number(a.N) - Number(b.N)
  if (a?.B !== undefined && b?.B !== undefined) {
    return Buffer.compare(Buffer.from(a.B), Buffer.from(b.B))
  }
  return undefined
}

/** Text as DynamoDB orders it, by its bytes; for plain ASCII that is the order of its characters. */
function compareText(a: string, b: string): number {
  if (a === b) return 0
  return Buffer.compare(Buffer.from(a), Buffer.from(b))
}

export function isEqual(a: AttributeValue | undefined, b: AttributeValue | undefined): boolean {
  if (a === undefined || b === undefined) return false
  const order = compare(a, b)
  if (order !== undefined) return order === 0
  return canonical(a) === canonical(b)
}

/** One text for one value: sets in one order, numbers in one spelling. */
export function canonical(value: AttributeValue): string {
  if (value.N !== undefined) return `N${Number(value.N)}`
  if (value.NS !== undefined)
    return `NS${value.NS.map(Number)
      .sort((a, b) => a - b)
      .join()}`
  if (value.SS !== undefined) return `SS${JSON.stringify(value.SS.toSorted())}`
  if (value.B !== undefined) return `B${Buffer.from(value.B).toString('base64')}`
  if (value.L !== undefined) return `L[${value.L.map(canonical).join()}]`
  if (value.M !== undefined) {
    const fields = Object.entries(value.M).map(([name, inner]) => `${name}=${canonical(inner)}`)
    return `M{${fields.sort().join()}}`
  }
  return JSON.stringify(value)
}
