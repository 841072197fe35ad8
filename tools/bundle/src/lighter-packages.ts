import type { Plugin } from 'rolldown'

/**
 * Packages whose first module imports far more than the apps use, and what is bundled of it instead.
 * A name that is imported and missing here fails the bundling, so this cannot break an app silently.
 */
const LIGHTER: readonly { readonly file: RegExp; readonly contents: string }[] = [
  {
    // Error texts in fifty languages.
    file: /[\\/]zod[\\/]v4[\\/]locales[\\/]index\.js$/,
    contents: "export { default as en } from './en.js'",
  },
  {
    // Without fetch, WebSocket, caches and mocks, which are most of it.
    file: /[\\/]undici[\\/]index\.js$/,
    contents: ['pool', 'agent', 'env-http-proxy-agent', 'dispatcher']
      .map((name) => {
        const words = name.split('-').map((word) => word[0]?.toUpperCase() + word.slice(1))
        return `export { default as ${words.join('')} } from './lib/dispatcher/${name}.js'`
      })
      .join('\n'),
  },
]

export const lighterPackages: Plugin = {
  name: 'lighter-packages',
  load(id) {
    return LIGHTER.find(({ file }) => file.test(id))?.contents
  },
}
