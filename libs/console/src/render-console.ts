import { createHash } from 'node:crypto'
import { pageScript, pageStyle } from './page.generated.ts'

/*
 * The page is one file and holds no data: it asks its server for all of it. Its policy lets it ask nobody else and
 * runs just the script whose hash it names. Texts of strangers are shown here beside buttons that delete, so nothing
 * may turn a text into markup either: the browser refuses whatever would try (`trusted-types 'none'`).
 */

/** The console as an HTML document: the same for every server, key and job. */
export function renderConsole(): string {
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${POLICY.join('; ')}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="color-scheme" content="light dark">',
    '<meta name="referrer" content="no-referrer">',
    '<title>Millrace</title>',
    `<style>${pageStyle}</style>`,
    '</head>',
    '<body>',
    '<div id="page"><noscript>The console draws itself: it needs JavaScript.</noscript></div>',
    `<script>${pageScript}</script>`,
    '</body>',
    '</html>',
    '',
  ].join('\n')
}

const hashOf = (text: string): string => createHash('sha256').update(text).digest('base64')

const POLICY = [
  "default-src 'none'",
  `script-src 'sha256-${hashOf(pageScript)}'`,
  `style-src 'sha256-${hashOf(pageStyle)}'`,
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
]
