import { builtinModules, createRequire } from 'node:module'
import type { Plugin } from 'rolldown'

const builtin = new RegExp(`^(node:)?(${builtinModules.join('|')})$`)

/**
 * Asks Node for its own modules instead of importing them. An import of `node:http` makes Node read
 * each of its exports, and one of them is a getter that loads the whole of `fetch` and `WebSocket`: a
 * fifth of the start-up time, for what nobody uses.
 */
export const requiredBuiltins: Plugin = {
  name: 'required-builtins',
  resolveId(id, importer, { kind }) {
    // Rolldown's own few lines are no module that could wait for another.
    if (!builtin.test(id) || importer?.startsWith(VIRTUAL)) return undefined
    // `await import` wants a module with names, which what is required is not.
    const prefix = kind === 'dynamic-import' ? NAMED : REQUIRED
    return { id: `${prefix}${id.replace(/^node:/, '')}`, moduleSideEffects: false }
  },
  load(id) {
    if (id.startsWith(REQUIRED)) {
      return { code: `module.exports = ${required(id.slice(REQUIRED.length))}`, moduleType: 'js' }
    }
    if (!id.startsWith(NAMED)) return undefined
    const path = id.slice(NAMED.length)
    const code = `const builtin = ${required(path)}
export default builtin
export const { ${namesOf(path).join(', ')} } = builtin`
    return { code, moduleType: 'js' }
  },
}

/** How Rolldown's plugins begin the name of what is no file. */
const VIRTUAL = '\0'
const REQUIRED = `${VIRTUAL}builtin:`
const NAMED = `${VIRTUAL}named-builtin:`

const required = (path: string): string => `process.getBuiltinModule("node:${path}")`

/** What a builtin exports, but for its getters: to name one would load what is behind it. */
function namesOf(path: string): string[] {
  const exported: unknown = createRequire(import.meta.url)(`node:${path}`)
  const properties = Object.entries(Object.getOwnPropertyDescriptors(exported))
  const names = properties.filter(([, { get, enumerable }]) => get === undefined && enumerable)
  return names.map(([name]) => name).filter((name) => /^[A-Za-z_$][\w$]*$/.test(name))
}
