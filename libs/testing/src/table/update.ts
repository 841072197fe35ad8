import type { AttributeValue } from '@aws-sdk/client-dynamodb'
import type { Item, Placeholders } from './operands.ts'
import { invalid, type Tokens, tokensOf } from './tokens.ts'

/** Makes the new item of an old one, which stays as it is, and tells which attributes it touched. */
export type Update = (old: Item, placeholders: Placeholders) => { item: Item; touched: string[] }

type Step = (item: Item, old: Item, placeholders: Placeholders) => string

const parsed = new Map<string, Update>()

/** Parses an update expression: `SET`, `REMOVE`, `ADD` and `DELETE` of top-level attributes. */
export function updateOf(expression: string): Update {
  const known = parsed.get(expression)
  if (known !== undefined) return known
  const tokens = tokensOf(expression)
  const steps: Step[] = []
  while (tokens.peek() !== undefined) {
    const clause = CLAUSES[tokens.take().toUpperCase()]
    if (clause === undefined) throw invalid(`Invalid UpdateExpression: ${expression}`)
    do steps.push(clause(tokens))
    while (tokens.takeIf(','))
  }
  const update: Update = (old, placeholders) => {
    const item = { ...old }
    return { item, touched: steps.map((step) => step(item, old, placeholders)) }
  }
  parsed.set(expression, update)
  return update
}

const CLAUSES: Readonly<Record<string, (tokens: Tokens) => Step>> = {
  SET: (tokens) => {
    const attribute = tokens.take()
    tokens.take('=')
    const value = sum(tokens)
    return (item, old, placeholders) => {
      const name = placeholders.name(attribute)
      item[name] = value(old, placeholders)
      return name
    }
  },
  REMOVE: (tokens) => {
    const attribute = tokens.take()
    return (item, _, placeholders) => {
      const name = placeholders.name(attribute)
      delete item[name]
      return name
    }
  },
  ADD: (tokens) => {
    const [attribute, value] = [tokens.take(), tokens.take()]
    return (item, old, placeholders) => {
      const name = placeholders.name(attribute)
      item[name] = added(old[name], placeholders.value(value))
      return name
    }
  },
  DELETE: (tokens) => {
    const [attribute, value] = [tokens.take(), tokens.take()]
    return (item, old, placeholders) => {
      const name = placeholders.name(attribute)
      const left = without(old[name], placeholders.value(value))
      if (left === undefined) delete item[name]
      else item[name] = left
      return name
    }
  },
}

type Term = (old: Item, placeholders: Placeholders) => AttributeValue

/** One term, or two of them with a plus or minus between. */
function sum(tokens: Tokens): Term {
  const left = term(tokens)
  const sign = tokens.peek()
  if (sign !== '+' && sign !== '-') return left
  tokens.take()
  const right = term(tokens)
  const factor = sign === '+' ? 1 : -1
  return (old, placeholders) => {
    const [a, b] = [left, right].map((one) => Number(one(old, placeholders).N))
    return { N: String((a ?? 0) + factor * (b ?? 0)) }
  }
}

function term(tokens: Tokens): Term {
  const word = tokens.take()
  if (word === 'if_not_exists') {
    tokens.take('(')
    const attribute = tokens.take()
    tokens.take(',')
    const otherwise = term(tokens)
    tokens.take(')')
    return (old, placeholders) => {
      const fallback = otherwise(old, placeholders)
      return old[placeholders.name(attribute)] ?? fallback
    }
  }
  if (word.startsWith(':')) return (_, placeholders) => placeholders.value(word)
  return (old, placeholders) => {
    const value = old[placeholders.name(word)]
    if (value === undefined) throw invalid(`The attribute ${word} is not in the item`)
    return value
  }
}

function added(old: AttributeValue | undefined, value: AttributeValue): AttributeValue {
  if (value.N !== undefined) return { N: String(Number(old?.N ?? 0) + Number(value.N)) }
  if (value.NS !== undefined && (old === undefined || old.NS !== undefined)) {
    return { NS: [...new Set([...(old?.NS ?? []), ...value.NS.map((n) => String(Number(n)))])] }
  }
  if (value.SS !== undefined && (old === undefined || old.SS !== undefined)) {
    return { SS: [...new Set([...(old?.SS ?? []), ...value.SS])] }
  }
  throw invalid('An operand in the update expression has an incorrect data type')
}

function without(
  old: AttributeValue | undefined,
  value: AttributeValue,
): AttributeValue | undefined {
  if (old === undefined) return undefined
  const NS = old.NS?.filter((n) => value.NS?.includes(n) !== true)
  if (NS !== undefined) return NS.length === 0 ? undefined : { NS }
  const SS = old.SS?.filter((s) => value.SS?.includes(s) !== true)
  if (SS !== undefined) return SS.length === 0 ? undefined : { SS }
  throw invalid('An operand in the update expression has an incorrect data type')
}
