/*
 * The README's first command: scores the flights example through producer, consumers and aggregator,
 * with the model served on this machine, and holds the result against its answer key, line by line. The result
 * and its report are left in `dist/demo` until the next time.
 */
import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '../../..')
const flights = join(root, 'examples/flights')
const folder = join(root, 'dist/demo')
const out = join(folder, 'late.csv')
const args = [
  'run',
  join(flights, 'features.csv'),
  ...['--local-model', join(flights, 'model.json'), '--local-latency', '20'],
  ...['--batch-rows', '100', '--consumers', '3', '--concurrency', '24'],
  ...['--out', out, '--state', folder],
]

rmSync(folder, { recursive: true, force: true })
mkdirSync(folder, { recursive: true })
console.log(`$ millrace ${args.map((arg) => arg.replace(`${root}/`, '')).join(' ')}`)
const cli = join(root, 'apps/cli/src/main.ts')
const { status } = spawnSync(process.execPath, [cli, ...args], { cwd: root, stdio: 'inherit' })
if (status !== 0) process.exit(status ?? 1)
compare(readFileSync(out, 'utf8'), readFileSync(join(flights, 'expected.txt'), 'utf8'))

function compare(result: string, expected: string): void {
  const [header, ...rows] = result.trimEnd().split('\n')
  const answers = expected.trimEnd().split('\n')
  const wrong = answers.findIndex((answer, row) => rows[row]?.split(',')[0] !== answer)
  if (
    header !== 'Prediction,Binary Classification' ||
    rows.length !== answers.length ||
    wrong >= 0
  ) {
    console.error(
      `the result differs from expected.txt: ${rows.length} rows, first at row ${wrong}`,
    )
    process.exit(1)
  }
  console.log(`\n${header}\n${rows.slice(0, 3).join('\n')}\n…`)
  console.log(`all ${rows.length} predictions equal examples/flights/expected.txt`)
}
