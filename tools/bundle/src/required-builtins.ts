import { isBuiltin } from 'node:module'
import type { Plugin } from 'rolldown'

/** How Rolldown's plugins begin the name of what is no file. */
const VIRTUAL = '\0'
const REQUIRED = `${VIRTUAL}builtin:`
const DYNAMIC_IMPORT = /\bimport\((['"])([\w:/]+)\1\)/g

/**
 * Asks Node for its own modules instead of importing them. An import of `node:http` makes Node read
 * each of its exports, and one of them is a getter that loads the whole of `fetch` and `WebSocket`: a
 * fifth of the start-up time, for what nobody uses. And what is imported when it is needed would be a
 * file, of one line, to find and to link before the first request.
 */
export const requiredBuiltins: Plugin = {
  name: 'required-builtins',
  resolveId(id, importer) {
    // Rolldown's own few lines are no module that could wait for another.
    if (!isBuiltin(id) || importer?.startsWith(VIRTUAL)) return undefined
    return { id: `${REQUIRED}${nameOf(id)}`, moduleSideEffects: false }
  },
  load(id) {
    if (!id.startsWith(REQUIRED)) return undefined
    return { code: `module.exports = ${required(id.slice(REQUIRED.length))}`, moduleType: 'js' }
  },
  transform: {
    filter: { code: DYNAMIC_IMPORT },
    handler: (code) =>
      code.replace(DYNAMIC_IMPORT, (whole, _quote, id: string) =>
        isBuiltin(id) ? imported(nameOf(id)) : whole,
      ),
  },
}

/** With its scheme, without which some cannot be named. */
const nameOf = (id: string): string => (id.startsWith('node:') ? id : `node:${id}`)

const required = (name: string): string => `process.getBuiltinModule(${JSON.stringify(name)})`

/** What `import` resolves to: all that the module has by its name, and itself as `default`. */
const imported = (name: string): string =>
  `Promise.resolve(${required(name)}).then((module) => ({ __proto__: module, default: module }))`
