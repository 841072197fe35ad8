import { serviceError } from '../service-error.ts'

/** The words of a DynamoDB expression, one after the other. */
export interface Tokens {
  peek(): string | undefined
  /** Takes the next word; it must be `wanted` where that is given. */
  take(wanted?: string): string
  /** Takes the next word if it is this one, whatever its case. */
  takeIf(word: string): boolean
}

const TOKEN = /\s*([(),]|<>|<=|>=|[=<>+-]|[#:]?[A-Za-z_][A-Za-z0-9_.#]*)/y

export function tokensOf(expression: string): Tokens {
  const words: string[] = []
  TOKEN.lastIndex = 0
  while (TOKEN.lastIndex < expression.trimEnd().length) {
    const at = TOKEN.lastIndex
    const found = TOKEN.exec(expression)
    if (found === null) throw invalid(`Invalid expression at ${at}: ${expression}`)
    words.push(found[1] as string)
  }
  let at = 0
  return {
    peek: () => words[at],
    take(wanted) {
      const word = words[at]
      if (word === undefined || (wanted !== undefined && word.toUpperCase() !== wanted)) {
        throw invalid(
          `Invalid expression: wanted ${wanted ?? 'a word'}, got ${word}: ${expression}`,
        )
      }
      at += 1
      return word
    },
    takeIf(word) {
      if (words[at]?.toUpperCase() !== word) return false
      at += 1
      return true
    },
  }
}

export const invalid = (message: string): Error => serviceError('ValidationException', 400, message)
