import { builtinModules, createRequire } from 'node:module'
import type { Plugin } from 'esbuild'

const builtin = new RegExp(`^(node:)?(${builtinModules.join('|')})$`)

/**
 * Takes Node's own modules by `require` instead of `import`. An import of `node:http` makes Node read
 * each of its exports, and one of them is a getter that loads the whole of `fetch` and `WebSocket`: a
 * fifth of the start-up time, for what nobody uses.
 */
export const requiredBuiltins: Plugin = {
  name: 'required-builtins',
  setup(build) {
    build.onResolve({ filter: builtin }, ({ path, kind }) => ({
      path: path.replace(/^node:/, ''),
      // `await import` wants a module with names, which what is required is not.
      namespace: kind === 'dynamic-import' ? 'named-builtin' : 'builtin',
    }))
    build.onLoad({ filter: /.*/, namespace: 'builtin' }, ({ path }) => ({
      contents: `module.exports = ${required(path)}`,
      loader: 'js',
    }))
    build.onLoad({ filter: /.*/, namespace: 'named-builtin' }, ({ path }) => ({
      contents: `const builtin = ${required(path)}
export default builtin
export const { ${namesOf(path).join(', ')} } = builtin`,
      loader: 'js',
    }))
  },
}

const required = (path: string): string => `millraceRequire(${JSON.stringify(`node:${path}`)})`

/** What a builtin exports, but for its getters: to name one would load what is behind it. */
function namesOf(path: string): string[] {
  const exported: unknown = createRequire(import.meta.url)(`node:${path}`)
  const properties = Object.entries(Object.getOwnPropertyDescriptors(exported))
  const names = properties.filter(([, { get, enumerable }]) => get === undefined && enumerable)
  return names.map(([name]) => name).filter((name) => /^[A-Za-z_$][\w$]*$/.test(name))
}
