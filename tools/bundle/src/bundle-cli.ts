import { chmod, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { bundlePrograms } from './bundle-programs.ts'

/** They load native code or files of their own, so they are installed and not bundled. */
export const INSTALLED = ['abstract-level', 'dynalite', 'fauxqs', 'level'] as const

const PROGRAMS = ['producer', 'consumer', 'aggregator', 'endpoint', 'keeper'] as const

/** vitest's loader, in which this runs too, has no `import.meta.resolve`. */
const require = createRequire(import.meta.url)

/** What the command looks up in its package to find the programs that it starts. */
export const programImports: Readonly<Record<string, string>> = Object.fromEntries(
  PROGRAMS.map((name) => [`#programs/${name}`, `./${name}.js`]),
)

/** Bundles the command line, the programs that it starts and the library into an emptied folder. */
export async function bundleCli(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true })
  await bundlePrograms({
    entries: {
      cli: require.resolve('millrace/cli'),
      index: require.resolve('millrace'),
      producer: require.resolve('@millrace/producer'),
      consumer: require.resolve('@millrace/consumer'),
      aggregator: require.resolve('@millrace/aggregator'),
      'second-thread': require.resolve('@millrace/aggregator/second-thread'),
      endpoint: require.resolve('@millrace/endpoint/main'),
      keeper: require.resolve('millrace/keeper'),
      'reader-thread': require.resolve('@millrace/storage/reader-thread'),
    },
    folder,
    external: INSTALLED,
    node: 22,
  })
  await chmod(join(folder, 'cli.js'), 0o755)
  const manifest = { type: 'module', imports: programImports }
  await writeFile(join(folder, 'package.json'), JSON.stringify(manifest))
}
