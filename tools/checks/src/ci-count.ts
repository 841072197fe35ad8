/* The closing lines of `.ci/run`: the tests that skipped; last, tests and gates together. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { closingOf, type TestReport } from './ci-closing.ts'

const root = join(import.meta.dirname, '../../..')
const testsExit = Number(process.argv[2])
const report = JSON.parse(read('tests.json') || '{}') as TestReport

const { lines, failed } = closingOf({ testsExit, report, gates: read('gates.txt'), root })
console.log(lines.join('\n'))
process.exit(failed === 0 ? 0 : 1)

function read(name: string): string {
  const path = join(root, '.ci', name)
  return existsSync(path) ? readFileSync(path, 'utf8') : ''
}
