/*
 * `npm run package [-- FOLDER]` builds the npm package `millrace` in dist/millrace and packs it: the
 * command, the programs that it starts, the library and its declarations. `npm install` of the tarball
 * is all that a user needs.
 */
import { execFileSync } from 'node:child_process'
import { chmodSync, cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { bundle } from './bundle.ts'

const root = join(import.meta.dirname, '../../..')
const out = join(root, 'dist/millrace')
const tarballs = resolve(process.argv[2] ?? join(root, 'dist'))

/** They load native code or files of their own, so they are installed and not bundled. */
const EXTERNAL = { dynalite: 'cloud', fauxqs: 'cloud', level: 'cloud', 'abstract-level': 'cloud' }

const sourceOf = (module: string): string => fileURLToPath(import.meta.resolve(module))

rmSync(out, { recursive: true, force: true })
mkdirSync(tarballs, { recursive: true })
await bundle({
  entries: {
    cli: sourceOf('millrace/cli'),
    index: sourceOf('millrace'),
    producer: sourceOf('@millrace/producer'),
    consumer: sourceOf('@millrace/consumer'),
    aggregator: sourceOf('@millrace/aggregator'),
    endpoint: sourceOf('@millrace/endpoint/main'),
  },
  outdir: out,
  external: Object.keys(EXTERNAL),
  target: 'node22',
})
chmodSync(join(out, 'cli.js'), 0o755)
writeFileSync(join(out, 'index.d.ts'), declarationsOf(sourceOf('millrace')))
writeFileSync(join(out, 'package.json'), `${JSON.stringify(manifest(), null, 2)}\n`)
for (const file of ['README.md', 'LICENSE', 'CHANGELOG.md', 'contracts', 'examples']) {
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
  return {
    name: 'millrace',
    version,
    description: 'Scores a big table through a live SageMaker endpoint: every row once, in order.',
    license,
    type: 'module',
    engines: { node: '>=22.15' },
    bin: { millrace: './cli.js' },
    exports: { '.': { types: './index.d.ts', default: './index.js' } },
    imports: Object.fromEntries(
      ['producer', 'consumer', 'aggregator', 'endpoint'].map((name) => [
        `#programs/${name}`,
        `./${name}.js`,
      ]),
    ),
    dependencies: Object.fromEntries(
      Object.entries(EXTERNAL).map(([name, tool]) => [
        name,
        readJson(`tools/${tool}/package.json`).dependencies?.[name],
      ]),
    ),
  }
}

function readJson(path: string): {
  version: string
  license: string
  dependencies?: Record<string, string>
} {
  return JSON.parse(readFileSync(join(root, path), 'utf8'))
}
