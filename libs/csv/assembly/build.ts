import assert from 'node:assert/strict'
import asc from 'assemblyscript/asc'

/*
 * Compiles the scanner and prints the module that holds it, for `npm run build`. The compiler is
 * pinned and its output does not depend on the machine, so `npm run build:check` can compare bytes.
 */

const FLAGS = ['--runtime', 'stub', '-O3', '--converge', '--noAssert', '--enable', 'simd', '--importMemory']
/** A module is compiled for memory of one kind or the other. */
const SHARED = ['--enable', 'threads', '--sharedMemory', '--maximumMemory', '65536']

/** The text of `src/scan-wasm.generated.ts`. `root` is this library's folder. */
export async function generate(root: string): Promise<string> {
  return [
    '// Made from assembly/*.ts by `npm run -w libs/csv build`. Do not edit.',
    `export const scanWasm = '${await compile(root, FLAGS)}'`,
    `export const sharedScanWasm = '${await compile(root, [...FLAGS, ...SHARED])}'`,
    '',
  ].join('\n')
}

async function compile(root: string, flags: readonly string[]): Promise<string> {
  let wasm: Uint8Array | undefined
  const { error, stderr } = await asc.main(
    ['assembly/scan.ts', '--baseDir', root, '--outFile', 'scan.wasm', ...flags],
    {
      writeFile: (_name, contents) => {
        wasm = contents as Uint8Array
      },
    },
  )
  assert(error === null && wasm !== undefined, `compile scanner: ${stderr.toString()}`)
  return Buffer.from(wasm).toString('base64')
}

if (import.meta.main) process.stdout.write(await generate(`${import.meta.dirname}/..`))
