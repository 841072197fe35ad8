import { readFileSync } from 'node:fs'
import { registerHooks } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Mutation } from './mutation.ts'
import { mutations } from './mutations.ts'

const root = join(import.meta.dirname, '../../..')

/** By their paths, the sources with the mutation in them. Throws when one of its texts is not there exactly once. */
export function mutated({ name, also = [], ...first }: Mutation): ReadonlyMap<string, string> {
  return new Map([first, ...also].map((one) => [join(root, one.file), edit(name, one)]))
}

function edit(name: string, { file, edits }: Pick<Mutation, 'file' | 'edits'>): string {
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

/** From here on whoever imports a file of it gets it with the mutation; nothing on disk changes. */
export function applyMutation(name: string): Mutation {
  const mutation = mutations.find((one) => one.name === name)
  if (mutation === undefined) throw new Error(`mutation "${name}": there is none of this name`)
  const sources = new Map(
    [...mutated(mutation)].map(([path, source]) => [pathToFileURL(path).href, source]),
  )
  registerHooks({
    load: (wanted, context, next) => {
      const source = sources.get(wanted)
      const loaded = next(wanted, context)
      return source === undefined ? loaded : { ...loaded, source, shortCircuit: true }
    },
  })
  return mutation
}
