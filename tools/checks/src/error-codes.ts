import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** A code that an error of a class may have. */
export interface ErrorCode {
  readonly file: string
  readonly name: string
  readonly code: string
}

const root = join(import.meta.dirname, '../../..')
const read = (file: string): string => readFileSync(join(root, file), 'utf8')

/** Every code of every error class of the repository, as their sources declare them. */
export function errorCodes(): ErrorCode[] {
  const files = globSync('{libs,apps,tools}/*/src/**/*.ts', { cwd: root }).sort()
  return files.flatMap((file) => {
    const source = read(file)
    const [, name] = /^export class (\w+Error) extends Error/m.exec(source) ?? []
    return name === undefined ? [] : [...codesOf(source)].map((code) => ({ file, name, code }))
  })
}

/** Keys of a table that says what is retryable, members of a union of codes, and single codes. */
function codesOf(source: string): Set<string> {
  const tables = [...source.matchAll(/const \w+ = \{\n([\s\S]*?)\n\} as const/g)]
  const keys = tables.flatMap(([, body = '']) => [...body.matchAll(/^ {2}([a-z_]+): /gm)])
  const unions = [
    ...source.matchAll(/type \w*Code =((?:\s*\|? ?'[a-z_0-9]+'[^'\n]*)+)/g),
    ...source.matchAll(/readonly code(?:: \w+)?(?:: | = )('.*)$/gm),
    ...source.matchAll(/readonly code:((?:\n\s*\| '[a-z_0-9]+')+)/g),
  ]
  const members = unions.flatMap(([, body = '']) => [...body.matchAll(/'([a-z_0-9]+)'/g)])
  return new Set([...keys, ...members].map(([, code = '']) => code))
}
