import type { AttributeValue } from '@aws-sdk/client-dynamodb'
import { compare, isEqual, type Item, type Placeholders } from './operands.ts'
import { invalid, type Tokens, tokensOf } from './tokens.ts'

/** Tells whether a condition holds for an item; an item that is not there has no attributes. */
export type Condition = (item: Item, placeholders: Placeholders) => boolean

const parsed = new Map<string, Condition>()

/** Parses a condition, filter or key condition; each text once. */
export function conditionOf(expression: string): Condition {
  const known = parsed.get(expression)
  if (known !== undefined) return known
  const tokens = tokensOf(expression)
  const condition = either(tokens)
  if (tokens.peek() !== undefined) throw invalid(`Invalid expression: ${expression}`)
  parsed.set(expression, condition)
  return condition
}

/*
 *     either   := both (OR both)*           Both sides are always looked at, so that each
 *     both     := single (AND single)*      placeholder counts as used.
 *     single   := NOT single | ( either ) | call | comparison
 */

function either(tokens: Tokens): Condition {
  let left = both(tokens)
  while (tokens.takeIf('OR')) {
    const [first, second] = [left, both(tokens)]
    left = (item, placeholders) => {
      const results = [first(item, placeholders), second(item, placeholders)]
      return results.includes(true)
    }
  }
  return left
}

function both(tokens: Tokens): Condition {
  let left = single(tokens)
  while (tokens.takeIf('AND')) {
    const [first, second] = [left, single(tokens)]
    left = (item, placeholders) => {
      const results = [first(item, placeholders), second(item, placeholders)]
      return !results.includes(false)
    }
  }
  return left
}

function single(tokens: Tokens): Condition {
  if (tokens.takeIf('NOT')) {
    const inner = single(tokens)
    return (item, placeholders) => !inner(item, placeholders)
  }
  if (tokens.takeIf('(')) {
    const inner = either(tokens)
    tokens.take(')')
    return inner
  }
  const word = tokens.take()
  const call = CALLS[word]
  return call === undefined ? comparison(word, tokens) : call(tokens)
}

type Operand = (item: Item, placeholders: Placeholders) => AttributeValue | undefined

function operand(word: string): Operand {
  if (word.startsWith(':')) return (_, placeholders) => placeholders.value(word)
  return (item, placeholders) => item[placeholders.name(word)]
}

const CALLS: Readonly<Record<string, (tokens: Tokens) => Condition>> = {
  attribute_exists: (tokens) => {
    const [attribute] = argumentsOf(tokens)
    return (item, placeholders) => attribute?.(item, placeholders) !== undefined
  },
  attribute_not_exists: (tokens) => {
    const [attribute] = argumentsOf(tokens)
    return (item, placeholders) => attribute?.(item, placeholders) === undefined
  },
  begins_with: (tokens) => {
    const [text, start] = argumentsOf(tokens)
    return (item, placeholders) => {
      const wanted = start?.(item, placeholders)?.S
      const found = text?.(item, placeholders)?.S
      return wanted !== undefined && found?.startsWith(wanted) === true
    }
  },
  contains: (tokens) => {
    const [set, element] = argumentsOf(tokens)
    return (item, placeholders) => {
      const [whole, part] = [set?.(item, placeholders), element?.(item, placeholders)]
      if (whole?.NS !== undefined) return whole.NS.some((n) => Number(n) === Number(part?.N))
      return whole?.SS?.includes(part?.S ?? '') ?? whole?.S?.includes(part?.S ?? '') ?? false
    }
  },
}

function argumentsOf(tokens: Tokens): Operand[] {
  tokens.take('(')
  const operands = [operand(tokens.take())]
  while (tokens.takeIf(',')) operands.push(operand(tokens.take()))
  tokens.take(')')
  return operands
}

function comparison(word: string, tokens: Tokens): Condition {
  const left = operand(word)
  if (tokens.takeIf('IN')) {
    const options = argumentsOf(tokens)
    return (item, placeholders) => {
      const value = left(item, placeholders)
      return options.map((option) => isEqual(value, option(item, placeholders))).includes(true)
    }
  }
  if (tokens.takeIf('BETWEEN')) {
    const low = operand(tokens.take())
    tokens.take('AND')
    const high = operand(tokens.take())
    return (item, placeholders) => {
      const value = left(item, placeholders)
      const [above, below] = [low, high].map((end) => compare(value, end(item, placeholders)))
      return above !== undefined && below !== undefined && above >= 0 && below <= 0
    }
  }
  const operator = tokens.take()
  const holds = OPERATORS[operator]
  if (holds === undefined) throw invalid(`Invalid operator ${operator}`)
  const right = operand(tokens.take())
  return (item, placeholders) => holds(left(item, placeholders), right(item, placeholders))
}

type Value = AttributeValue | undefined
const ordered = (holds: (order: number) => boolean) => (a: Value, b: Value) => {
  const order = compare(a, b)
  return order !== undefined && holds(order)
}

const OPERATORS: Readonly<Record<string, (a: Value, b: Value) => boolean>> = {
  '=': isEqual,
  '<>': (a, b) => !isEqual(a, b),
  '<': ordered((order) => order < 0),
  '<=': ordered((order) => order <= 0),
  '>': ordered((order) => order > 0),
  '>=': ordered((order) => order >= 0),
}
