import assert from 'node:assert/strict'
import { mkdir, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { type OutputOptions, rolldown, type RolldownOutput } from 'rolldown'
import packagesInside from 'rollup-plugin-sbom'
import { lighterPackages } from './lighter-packages.ts'
import { requiredBuiltins } from './required-builtins.ts'

export interface BundleOptions {
  /** The first module of each program, by the name of its file in the folder without `.js`. */
  readonly entries: Readonly<Record<string, string>>
  /** Made when it is absent. What it holds of an earlier bundle is written over, not removed. */
  readonly folder: string
  /** Packages that stay imports: those with native code or with files of their own. Default: none. */
  readonly external?: readonly string[]
  /** The oldest Node that is to run it. Default: 24. */
  readonly node?: 22 | 24
  /** Writes `bom.json`, a CycloneDX list of the packages inside. Default: false. */
  readonly sbom?: boolean
}

/**
 * Bundles programs and everything they import into one module each and chunks: what they have in
 * common, and what they import only when it is needed. The folder is all that Node needs to run them,
 * but for the external packages: no workspace, no TypeScript.
 *
 * @throws Rolldown's error with the place of what cannot be bundled.
 */
export async function bundlePrograms(options: BundleOptions): Promise<void> {
  const { entries, folder, external = [], node = 24, sbom = false } = options
  await mkdir(folder, { recursive: true })
  await using bundle = await rolldown({
    input: { ...entries },
    cwd: root,
    platform: 'node',
    external: [...external],
    resolve: { mainFields: ['module', 'main'], conditionNames: ['module'] },
    transform: { target: `node${node}`, inject: node < 24 ? newerGlobals() : {} },
    preserveEntrySignatures: 'allow-extension',
    logLevel: 'silent',
    plugins: [requiredBuiltins, lighterPackages, sbom && packagesInside(LIST)],
  })
  const written = { ...OUTPUT, dir: folder, codeSplitting: splittingOf(entries) }
  assertNothingWaits(Object.values(entries), await bundle.write(written))
  await writeFile(join(folder, 'package.json'), '{"type":"module"}\n')
}

const root = join(import.meta.dirname, '../../..')

/** Node has `AsyncDisposableStack` from version 24 on. */
function newerGlobals(): Record<string, string> {
  const { resolve } = createRequire(import.meta.url)
  return { AsyncDisposableStack: resolve('core-js/actual/async-disposable-stack') }
}

const OUTPUT: OutputOptions = {
  format: 'esm',
  // The names stay, so that a stack in a log can be read. One letter beyond ASCII would double what V8 keeps of a file.
  minify: { mangle: false, compress: false, codegen: { removeWhitespace: true, asciiOnly: true } },
  comments: { legal: true, annotation: false, jsdoc: false },
}

const LIST = {
  specVersion: '1.6',
  outDir: '',
  outFilename: 'bom',
  includeWellKnown: false,
  saveTimestamp: false,
} as const

/**
 * All that a single program imports for its start is one file: by what else shares it, it would be dozens,
 * and to find and link them took a tenth of the start. Its first module is another. Programs beside each
 * other share what they have in common.
 */
function splittingOf(
  entries: BundleOptions['entries'],
): NonNullable<OutputOptions['codeSplitting']> {
  const [first, ...others] = Object.values(entries)
  if (others.length > 0) return true
  return { groups: [{ name: 'start', tags: ['$initial'], test: (id) => id !== first }] }
}

/** A first module waits for its program's end: what is imported in the meantime would wait for that, too. */
function assertNothingWaits(entries: readonly string[], { output }: RolldownOutput): void {
  const chunks = output.filter((file) => file.type === 'chunk')
  const firsts = chunks.filter(({ moduleIds }) => entries.some((id) => moduleIds.includes(id)))
  const names = new Set(firsts.map(({ fileName }) => fileName))
  // One without a module of its own only hands on.
  const waiting = chunks.filter(
    ({ imports, moduleIds }) => moduleIds.length > 0 && imports.some((name) => names.has(name)),
  )
  const told = waiting.map(({ fileName }) => fileName)
  assert.deepEqual(told, [], 'chunks that import the first module of a program')
}
