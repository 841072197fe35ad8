import { readFileSync } from 'node:fs'
import { registerHooks } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type Mutation, mutations } from './mutations.ts'

const root = join(import.meta.dirname, '../../..')

/** The source with the mutation in it. Throws when one of its texts is not there exactly once. */
export function mutated({ name, file, edits }: Mutation): string {
  let source = readFileSync(join(root, file), 'utf8')
  for (const [find, replace] of edits) {
    const times = source.split(find).length - 1
    if (times !== 1) {
      throw new Error(`mutation "${name}": wanted once in ${file}, found ${times} times: ${find}`)
    }
    source = source.replace(find, () => replace)
  }
  return source
}

/** From here on whoever imports the file gets it with the mutation; nothing on disk changes. */
export function applyMutation(name: string): void {
  const mutation = mutations.find((one) => one.name === name)
  if (mutation === undefined) throw new Error(`mutation "${name}": there is none of this name`)
  const url = pathToFileURL(join(root, mutation.file)).href
  const source = mutated(mutation)
  registerHooks({
    load: (wanted, context, next) =>
      wanted === url
        ? { ...next(wanted, context), source, shortCircuit: true }
        : next(wanted, context),
  })
}
