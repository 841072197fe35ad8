import assert from 'node:assert/strict'
import asc from 'assemblyscript/asc'

/*
 * Compiles the scanner and prints the module that holds it, for `npm run build`. The compiler is
 * pinned and its output does not depend on the machine, so `npm run build:check` can compare bytes.
 */

const FLAGS = [
  ...['--runtime', 'stub', '-O3', '--converge', '--noAssert'],
  ...['--enable', 'simd', '--enable', 'threads'],
  ...['--importMemory', '--sharedMemory', '--maximumMemory', '65536'],
]

/** The text of `src/scan-wasm.generated.ts`. `root` is this library's folder. */
export async function generate(root: string): Promise<string> {
  let wasm: Uint8Array | undefined
  const { error, stderr } = await asc.main(
    ['assembly/scan.ts', '--baseDir', root, '--outFile', 'scan.wasm', ...FLAGS],
    {
      writeFile: (_name, contents) => {
        wasm = contents as Uint8Array
      },
    },
  )
  assert(error === null && wasm !== undefined, `compile scanner: ${stderr.toString()}`)
  return [
    '// Made from assembly/*.ts by `npm run -w libs/csv build`. Do not edit.',
    `export const scanWasm = '${Buffer.from(wasm).toString('base64')}'`,
    '',
  ].join('\n')
}

if (import.meta.main) process.stdout.write(await generate(`${import.meta.dirname}/..`))
