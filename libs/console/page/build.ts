import { bundlePage, pageModule } from '@millrace/page'

/* Prints the module that holds the page's script and style, for `npm run build`; `npm run build:check` compares. */
const { script, style } = await bundlePage({
  script: `${import.meta.dirname}/main.ts`,
  style: `${import.meta.dirname}/style.css`,
  notice: '/*! Preact (MIT, Copyright (c) 2015-present Jason Miller). */',
})
process.stdout.write(
  pageModule('npm run -w libs/console build', { pageScript: script, pageStyle: style }),
)
