import { mkdir, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { cyclonedxEsbuildPlugin } from '@cyclonedx/cyclonedx-esbuild'
import { build } from 'esbuild'
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
 * @throws esbuild's `BuildFailure` with the place of what cannot be bundled.
 */
export async function bundlePrograms(options: BundleOptions): Promise<void> {
  const { entries, folder, external = [], node = 24, sbom = false } = options
  await mkdir(folder, { recursive: true })
  await build({
    entryPoints: { ...entries },
    outdir: folder,
    absWorkingDir: root,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: `node${node}`,
    external: [...external],
    mainFields: ['module', 'main'],
    conditions: ['module'],
    // The names stay, so that a stack in a log can be read.
    minifyWhitespace: true,
    minifySyntax: true,
    legalComments: 'linked',
    banner: { js: REQUIRE },
    inject: node < 24 ? [asyncDisposableStack()] : [],
    logLevel: 'silent',
    plugins: [
      requiredBuiltins,
      lighterPackages,
      ...(sbom
        ? [cyclonedxEsbuildPlugin({ outputFile: 'bom.json', outputReproducible: true })]
        : []),
    ],
  })
  await writeFile(join(folder, 'package.json'), '{"type":"module"}\n')
}

const root = join(import.meta.dirname, '../../..')

/** Packages written for `require` call it; a module has none. */
const REQUIRE =
  'import{createRequire}from"node:module";const millraceRequire=createRequire(import.meta.url),require=millraceRequire;'

/** Node has `AsyncDisposableStack` from version 24 on. */
function asyncDisposableStack(): string {
  return createRequire(import.meta.url).resolve('core-js/actual/async-disposable-stack')
}
