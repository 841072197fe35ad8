import { createRequire } from 'node:module'
import { build } from 'esbuild'

export interface BundleOptions {
  /** Entry modules by the name of the file that each becomes, without `.js`. */
  readonly entries: Readonly<Record<string, string>>
  readonly outdir: string
  /** Packages that stay imports: those with native code or files of their own. */
  readonly external?: readonly string[]
  /** The oldest Node that runs it, such as `node24`. */
  readonly target: string
}

/**
 * Bundles programs of this workspace into ES modules that share what they have in common, so that
 * nothing of the workspace and none of its packages is needed to run them.
 */
export async function bundle(options: BundleOptions): Promise<void> {
  await build({
    entryPoints: Object.entries(options.entries).map(([out, path]) => ({ in: path, out })),
    outdir: options.outdir,
    bundle: true,
    splitting: true,
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: 'external',
    platform: 'node',
    format: 'esm',
    target: options.target,
    external: [...(options.external ?? [])],
    chunkNames: 'chunks/[hash]',
    logLevel: 'warning',
    // Packages in CommonJS call `require`, which an ES module does not have.
    banner: {
      js: "import { createRequire as __createRequire } from 'node:module';const require = __createRequire(import.meta.url);",
    },
    inject: options.target === 'node22' ? [asyncDisposableStack()] : [],
  })
}

/** Node has `AsyncDisposableStack` from version 24 on. */
function asyncDisposableStack(): string {
  return createRequire(import.meta.url).resolve('core-js/actual/async-disposable-stack')
}
