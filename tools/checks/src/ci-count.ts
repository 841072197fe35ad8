/* The closing line of `.ci/run`: tests and gates together. A run that counted no test has failed. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const ci = join(import.meta.dirname, '../../../.ci')
const testsExit = Number(process.argv[2])

const gates = /(\d+) gates passed, (\d+) gates failed/.exec(read('gates.txt'))
const report = JSON.parse(read('tests.json') || '{}') as {
  numPassedTests?: number
  numFailedTests?: number
}
const passed = (report.numPassedTests ?? 0) + Number(gates?.[1] ?? 0)
const counted = (report.numFailedTests ?? 0) + Number(gates?.[2] ?? 0) + (gates === null ? 1 : 0)
const testsRan = (report.numPassedTests ?? 0) > 0
// A suite that cannot even be loaded fails the run without one failed test.
const failed = testsExit !== 0 || !testsRan ? Math.max(counted, 1) : counted
console.log(`${passed} passed, ${failed} failed`)
process.exit(failed === 0 ? 0 : 1)

function read(name: string): string {
  const path = join(ci, name)
  return existsSync(path) ? readFileSync(path, 'utf8') : ''
}
