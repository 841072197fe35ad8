/*
 * `npm run package [-- FOLDER]` builds the npm package `millrace` in dist/millrace and packs it: the
 * command, the programs that it starts, the library and its declarations. `npm install` of the tarball
 * is all that a user needs.
 */
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { bundleCli, INSTALLED, programImports } from './bundle-cli.ts'

const root = join(import.meta.dirname, '../../..')
const out = join(root, 'dist/millrace')
const tarballs = resolve(process.argv[2] ?? join(root, 'dist'))

/** What the README links to is there. */
const PACKED = [
  ...['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'LICENSE'],
  ...['contracts', 'docs', 'examples'],
]

const sourceOf = (module: string): string => fileURLToPath(import.meta.resolve(module))

mkdirSync(tarballs, { recursive: true })
await bundleCli(out)
writeFileSync(join(out, 'index.d.ts'), declarationsOf(sourceOf('millrace')))
writeFileSync(join(out, 'package.json'), `${JSON.stringify(manifest(), null, 2)}\n`)
for (const file of PACKED) {
  cpSync(join(root, file), join(out, file), { recursive: true })
}
const packed = execFileSync('npm', ['pack', '--json', '--pack-destination', tarballs], { cwd: out })
console.log(
  join(tarballs, (JSON.parse(packed.toString()) as { filename: string }[])[0]?.filename ?? ''),
)

/** The library's one file names no type of another, so its declarations follow from itself. */
function declarationsOf(path: string): string {
  const { outputText, diagnostics = [] } = ts.transpileDeclaration(readFileSync(path, 'utf8'), {
    fileName: path,
    reportDiagnostics: true,
  })
  const [first] = diagnostics
  if (first === undefined) return outputText
  throw new Error(
    `declarations of ${path}: ${ts.flattenDiagnosticMessageText(first.messageText, ' ')}`,
  )
}

function manifest(): object {
  const { version, license } = readJson('apps/cli/package.json')
  // The local cloud is what uses them.
  const { dependencies: versions } = readJson('tools/cloud/package.json')
  return {
    name: 'millrace',
    version,
    description: 'Scores a big table through a live SageMaker endpoint: every row once, in order.',
    license,
    type: 'module',
    engines: { node: '>=22.15' },
    bin: { millrace: './cli.js' },
    exports: { '.': { types: './index.d.ts', default: './index.js' } },
    imports: programImports,
    dependencies: Object.fromEntries(INSTALLED.map((name) => [name, versions?.[name]])),
  }
}

function readJson(path: string): {
  version: string
  license: string
  dependencies?: Record<string, string>
} {
  return JSON.parse(readFileSync(join(root, path), 'utf8'))
}
