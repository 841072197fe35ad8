import { bundlePage, pageModule } from '@millrace/page'

/*
 * Prints the module that holds a page's script and style, for `npm run build`: the report's (`main`), or the script
 * alone of another page that has the same style. `npm run build:check` compares.
 */

const NOTICE = `/*!
Charts: Observable Plot (ISC, Copyright 2020-2025 Observable, Inc.), D3 and isoformat (ISC, Copyright
2010-2026 Mike Bostock), interval-tree-1d and binary-search-bounds (MIT, Copyright Mikola Lysenko).
*/`

const [page = 'main'] = process.argv.slice(2)
const { script, style } = await bundlePage({
  script: `${import.meta.dirname}/${page}.ts`,
  style: `${import.meta.dirname}/style.css`,
  notice: NOTICE,
})
process.stdout.write(
  pageModule('npm run -w libs/report build', {
    pageScript: script,
    ...(page === 'main' ? { pageStyle: style } : {}),
  }),
)
