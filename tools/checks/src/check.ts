/*
 * Runs every gate that guards main and says which held. `npm run check` runs all of them; with names
 * (`npm run check -- lint types`) only those. It goes on after a failure, so that one run tells all. A gate a core, but
 * for the tests, which take all of them; what a gate says is shown when it is done.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'

const root = join(import.meta.dirname, '../../..')

const gates: Readonly<Record<string, readonly string[]>> = {
  format: ['npm', 'run', '--silent', 'format:check'],
  lint: ['npm', 'run', '--silent', 'lint'],
  // All packages as one program: each by itself, as nx has it, reads what it stands on anew.
  types: ['tsc', '-p', 'tools/checks/tsconfig.workspace.json'],
  boundaries: ['npm', 'run', '--silent', 'boundaries'],
  'dead-code': ['npm', 'run', '--silent', 'deadcode'],
  contracts: ['npm', 'run', '--silent', 'contracts', '--', '--check'],
  scanner: ['npm', 'run', '--silent', '-w', '@millrace/csv', 'build:check'],
  kernel: ['npm', 'run', '--silent', '-w', '@millrace/predictions', 'build:check'],
  'report-page': ['npm', 'run', '--silent', '-w', '@millrace/report', 'build:check'],
  'console-page': ['npm', 'run', '--silent', '-w', '@millrace/console', 'build:check'],
  demo: ['npm', 'run', '--silent', 'demo'],
  tests: ['npm', 'test', '--silent'],
  // What the tests have noted, here or in `.ci/run`.
  'error-codes': ['node', 'tools/checks/src/reached-codes.ts'],
}

const wanted = process.argv.slice(2).filter((name) => !name.startsWith('--'))
const unknown = wanted.filter((name) => !(name in gates))
if (unknown.length > 0) {
  console.error(`no gate ${unknown.join(', ')}; there are ${Object.keys(gates).join(', ')}`)
  process.exit(2)
}
const except = process.argv.includes('--except-tests') ? ['tests'] : []

const notes = (process.env['MILLRACE_ERROR_CODES'] ??= join(root, '.ci/error-codes.txt'))

const failed: string[] = []
const chosen = Object.entries(gates).filter(
  ([name]) => !except.includes(name) && (wanted.length === 0 || wanted.includes(name)),
)
// The tests add to the file: a code that only an earlier run has reached would count as reached.
if (chosen.some(([name]) => name === 'tests')) rmSync(notes, { force: true })
const alone = new Set(['tests', 'error-codes'])
await runAll(
  chosen.filter(([name]) => !alone.has(name)),
  availableParallelism(),
)
await runAll(
  chosen.filter(([name]) => alone.has(name)),
  1,
)
console.log(`\n${chosen.length - failed.length} gates passed, ${failed.length} gates failed`)
if (failed.length > 0) console.log(`failed: ${failed.join(', ')}`)
process.exit(failed.length === 0 ? 0 : 1)

type Gate = readonly [name: string, command: readonly string[]]

/** Runs so many of them at once, in their order. */
async function runAll(waiting: readonly Gate[], atOnce: number): Promise<void> {
  const left = [...waiting]
  const work = async (): Promise<void> => {
    for (let gate = left.shift(); gate !== undefined; gate = left.shift()) {
      await run(gate, atOnce === 1)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, work))
}

/** @param isAlone what it says is shown as it comes. */
async function run([name, [command = '', ...args]]: Gate, isAlone: boolean): Promise<void> {
  const startedAt = performance.now()
  const said: { stream: NodeJS.WriteStream; text: Buffer }[] = []
  if (isAlone) console.log(`\n== ${name}`)
  const child = spawn(command, args, { cwd: root, stdio: isAlone ? 'inherit' : 'pipe' })
  child.stdout?.on('data', (text: Buffer) => said.push({ stream: process.stdout, text }))
  child.stderr?.on('data', (text: Buffer) => said.push({ stream: process.stderr, text }))
  const status = await once(child, 'close').then(
    ([code]) => code as number | null,
    (error: Error) => {
      said.push({ stream: process.stderr, text: Buffer.from(`${error.message}\n`) })
      return null
    },
  )
  const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1)
  if (!isAlone) console.log(`\n== ${name}`)
  for (const { stream, text } of said) stream.write(text)
  console.log(`== ${name}: ${status === 0 ? 'holds' : 'FAILS'} (${seconds} s)`)
  if (status !== 0) failed.push(name)
}
