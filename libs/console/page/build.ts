import assert from 'node:assert/strict'
import { build } from 'esbuild'

/*
 * Bundles the page's script and style and prints the module that holds them, for `npm run build`. The bundler and
 * what it bundles are pinned, so `npm run build:check` can compare bytes.
 */

const NOTICE = '/*! Preact (MIT, Copyright (c) 2015-present Jason Miller). */'

const { outputFiles } = await build({
  entryPoints: {
    script: `${import.meta.dirname}/main.ts`,
    style: `${import.meta.dirname}/style.css`,
  },
  outdir: '/out',
  bundle: true,
  minify: true,
  write: false,
  format: 'iife',
  target: 'es2022',
  charset: 'ascii',
  legalComments: 'none',
  banner: { js: NOTICE },
})
const text = (end: string): string => {
  const file = outputFiles.find(({ path }) => path.endsWith(end))
  assert(file !== undefined, `bundle page: no ${end}`)
  // Anything that looks like the end of its element would end it.
  assert(!/<\/(script|style)/i.test(file.text), `bundle page: ${end} would end its element`)
  return JSON.stringify(file.text.trimEnd())
}
process.stdout.write(
  [
    '// Made from page/* by `npm run -w libs/console build`. Do not edit.',
    `export const pageScript = ${text('script.js')}`,
    `export const pageStyle = ${text('style.css')}`,
    '',
  ].join('\n'),
)
