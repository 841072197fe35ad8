import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { cyclonedxEsbuildPlugin } from '@cyclonedx/cyclonedx-esbuild'
import { build } from 'esbuild'
import { lighterPackages } from './lighter-packages.ts'
import { requiredBuiltins } from './required-builtins.ts'

export interface BundleOptions {
  /** The program's first module: TypeScript, with whatever it imports. */
  readonly entry: string
  /** Made when it is absent. What it holds of an earlier bundle is written over, not removed. */
  readonly folder: string
  /** Writes `bom.json`, a CycloneDX list of the packages inside. Default: false. */
  readonly sbom?: boolean
}

/**
 * Bundles a program and everything it imports into `main.js` and the chunks that it imports only when
 * they are needed. The folder is all that Node needs to run it: no `node_modules`, no TypeScript.
 *
 * @returns the path of `main.js`.
 * @throws esbuild's `BuildFailure` with the place of what cannot be bundled.
 */
export async function bundleProgram(options: BundleOptions): Promise<string> {
  const { entry, folder, sbom = false } = options
  await mkdir(folder, { recursive: true })
  await build({
    entryPoints: { main: entry },
    outdir: folder,
    absWorkingDir: root,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    mainFields: ['module', 'main'],
    conditions: ['module'],
    // The names stay, so that a stack in a log can be read.
    minifyWhitespace: true,
    minifySyntax: true,
    legalComments: 'linked',
    banner: { js: REQUIRE },
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
  return join(folder, 'main.js')
}

const root = join(import.meta.dirname, '../../..')

/** Packages written for `require` call it; a module has none. */
const REQUIRE =
  'import{createRequire}from"node:module";const millraceRequire=createRequire(import.meta.url),require=millraceRequire;'
