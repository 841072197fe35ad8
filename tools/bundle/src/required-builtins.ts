import { builtinModules } from 'node:module'
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
    build.onResolve({ filter: builtin }, ({ path, kind }) =>
      // `await import` wants a module with names, which what is required is not.
      kind === 'dynamic-import'
        ? { path, external: true }
        : { path: path.replace(/^node:/, ''), namespace: 'builtin' },
    )
    build.onLoad({ filter: /.*/, namespace: 'builtin' }, ({ path }) => ({
      contents: `module.exports = millraceRequire(${JSON.stringify(`node:${path}`)})`,
      loader: 'js',
    }))
  },
}
