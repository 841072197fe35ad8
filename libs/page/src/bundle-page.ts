import assert from 'node:assert/strict'
import { build } from 'esbuild'

/** What a page is made of: two files, and what their licences want to be said. */
export interface PageSources {
  /** A TypeScript file. */
  readonly script: string
  /** A CSS file; begin it with `@import "@millrace/page/theme.css"`. */
  readonly style: string
  /** A comment that stands before the script. */
  readonly notice: string
}

/** As they stand in the elements of a page. */
export interface Page {
  readonly script: string
  readonly style: string
}

/**
 * Bundles a page's script and style. The bundler and what it bundles are pinned, so the bytes are the same each time.
 *
 * @throws {AssertionError} when one of them has what would end its element.
 */
export async function bundlePage({ script, style, notice }: PageSources): Promise<Page> {
  const { outputFiles } = await build({
    entryPoints: { script, style },
    outdir: '/out',
    bundle: true,
    minify: true,
    write: false,
    format: 'iife',
    target: 'es2022',
    charset: 'ascii',
    legalComments: 'none',
    banner: { js: notice },
  })
  const text = (end: string): string => {
    const file = outputFiles.find(({ path }) => path.endsWith(end))
    assert(file !== undefined, `bundle page: no ${end}`)
    assert(!/<\/(script|style)/i.test(file.text), `bundle page: ${end} would end its element`)
    return file.text.trimEnd()
  }
  return { script: text('script.js'), style: text('style.css') }
}

/** A module with texts in it, each by the name of its constant. */
export function pageModule(madeBy: string, texts: Readonly<Record<string, string>>): string {
  const constants = Object.entries(texts).map(
    ([name, text]) => `export const ${name} = ${JSON.stringify(text)}\n`,
  )
  return [`// Made from page/* by \`${madeBy}\`. Do not edit.\n`, ...constants].join('')
}
