import { createHash } from 'node:crypto'
import { pageScript, pageStyle } from './page.generated.ts'
import type { ReportData } from './report-data.ts'
import { ReportError } from './report-error.ts'

/*
 * The page is one file: style, script and data. Its policy lets nothing in from outside and runs just
 * the script whose hash it names, so that a text of the endpoint which found a way around the escaping
 * would still do nothing. Styles may be inline, because the charts carry theirs; they can load nothing.
 */

const START = '<script type="application/json" id="report">'
const END = '</script>'

/** The report as an HTML document. */
export const renderPage = (data: ReportData): string => htmlPage({ ...REPORT, data })

/** The same, as the bytes of a file: all but the data is made once, a quarter of a megabyte. */
export function renderPageBytes(data: ReportData): Buffer {
  reportFrame ??= frameOf(REPORT).map((text) => Buffer.from(text))
  const [head = NOTHING, tail = NOTHING] = reportFrame
  return Buffer.concat([head, Buffer.from(jsonForHtml(data)), tail])
}

const NOTHING = Buffer.alloc(0)
let reportFrame: Buffer[] | undefined

interface Frame {
  readonly title: string
  readonly script: string
  readonly style: string
}

const REPORT: Frame = { title: 'Millrace report', script: pageScript, style: pageStyle }

/** A page that draws its data by its own script, and can do nothing else. */
export function htmlPage(page: Frame & { readonly data: object }): string {
  const [head, tail] = frameOf(page)
  return `${head}${jsonForHtml(page.data)}${tail}`
}

/** What comes before the data, and after it. */
function frameOf({ title, script, style }: Frame): [string, string] {
  const policy = [
    "default-src 'none'",
    `script-src 'sha256-${hashOf(script)}'`,
    "style-src 'unsafe-inline'",
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ')
  const head = [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${policy}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="color-scheme" content="light dark">',
    '<meta name="referrer" content="no-referrer">',
    `<title>${title}</title>`,
    `<style>${style}</style>`,
    '</head>',
    '<body>',
    '<main id="page"><noscript>This page draws itself: it needs JavaScript.</noscript></main>',
    START,
  ]
  const tail = [END, `<script>${script}</script>`, '</body>', '</html>', '']
  return [head.join('\n'), tail.join('\n')]
}

const hashOf = (script: string): string => createHash('sha256').update(script).digest('base64')

/** Within a script element only `<` can end it or begin a comment. */
const jsonForHtml = (data: object): string => JSON.stringify(data).replaceAll('<', '\\u003c')

/**
 * Reads the data back out of a page that `renderPage` made.
 *
 * @throws {ReportError} `page_unreadable`
 */
export function readPage(html: string): ReportData {
  const start = html.indexOf(START)
  const end = html.indexOf(END, start)
  if (start === -1 || end === -1)
    throw new ReportError('page_unreadable', 'it holds no report data')
  try {
    return JSON.parse(html.slice(start + START.length, end)) as ReportData
  } catch (cause) {
    throw new ReportError('page_unreadable', (cause as Error).message)
  }
}
