import type { z } from 'zod'

/**
 * What was wanted and what came, each with the path of the value at fault, in the words in which a spec in a file is
 * refused. What may be of several forms, and is of one of them, is held to that one: it is wrong further in.
 */
export function issueLines(
  issue: z.core.$ZodIssue,
  below: readonly PropertyKey[] = [],
): readonly string[] {
  const path = [...below, ...issue.path]
  const meant = issue.code === 'invalid_union' ? issue.errors.find(isOfTheForm) : undefined
  if (meant !== undefined) return meant.flatMap((inner) => issueLines(inner, path))
  return [path.length === 0 ? issueWords(issue) : `${path.join('.')}: ${issueWords(issue)}`]
}

/** By what is wrong with a value as one form of several: true when it is not the form itself. */
const isOfTheForm = (issues: readonly z.core.$ZodIssue[]): boolean =>
  !issues.some(({ code, path }) => path.length === 0 && OTHER_FORM.has(code))

const OTHER_FORM: ReadonlySet<z.core.$ZodIssue['code']> = new Set([
  'invalid_type',
  'invalid_union',
  'invalid_value',
])

function issueWords(issue: z.core.$ZodIssue): string {
  if (issue.code === 'custom') return issue.message
  if (issue.code === 'unrecognized_keys')
    return `has no key ${issue.keys.map((key) => shown(key)).join(', ')}`
  const wanted = wantedBy(issue)
  const words = wanted.length === 0 ? issue.message : `wanted ${either(wanted)}`
  return `${words}, got ${shown(issue.input)}`
}

/** Nothing where the schema has its own words, or more to say than these. */
function wantedBy(issue: z.core.$ZodIssue): readonly string[] {
  switch (issue.code) {
    case 'invalid_type':
      return [TYPES[issue.expected] ?? issue.expected]
    case 'invalid_value':
      return issue.values.map((value) => (typeof value === 'string' ? value : shown(value)))
    case 'too_small': {
      const word = issue.inclusive === false ? 'more than' : 'at least'
      return [`${word} ${counted(issue.minimum, issue.origin)}`]
    }
    case 'too_big': {
      const word = issue.inclusive === false ? 'less than' : 'at most'
      return [`${word} ${counted(issue.maximum, issue.origin)}`]
    }
    case 'invalid_union':
      return [...new Set(issue.errors.flatMap(([first]) => (first ? wantedBy(first) : [])))]
    default:
      return []
  }
}

const TYPES: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a mapping',
  record: 'a mapping',
}

const UNITS: Readonly<Record<string, string>> = { string: 'character', array: 'item' }

function counted(bound: number | bigint, origin: string): string {
  const unit = UNITS[origin]
  return unit === undefined ? String(bound) : `${bound} ${unit}${Number(bound) === 1 ? '' : 's'}`
}

const either = (texts: readonly string[]): string =>
  texts.length < 2 ? texts.join('') : `${texts.slice(0, -1).join(', ')} or ${texts.at(-1)}`

const SHOWN_CHARS = 60

/** Lists and mappings are only named: a stranger's may be nested deeper than a text of it can be made. */
export function shown(value: unknown, charsMax = SHOWN_CHARS): string {
  if (value === undefined) return 'nothing'
  if (typeof value === 'number') return String(value)
  if (typeof value === 'object' && value !== null) {
    return Array.isArray(value) ? 'a list' : 'a mapping'
  }
  const text = JSON.stringify(value) ?? typeof value
  return text.length > charsMax ? `${text.slice(0, charsMax)}…` : text
}
