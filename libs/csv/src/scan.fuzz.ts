import { parseArgs } from 'node:util'
import * as fc from 'fast-check'
import { properties } from './properties.fuzz.ts'

/*
 * Runs the properties on random tables for a while: `npm run -w libs/csv fuzz -- --seconds N --seed S`.
 * What it finds is printed with its seed, shrunk, and goes into the tests.
 */

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
  },
})
const deadline = performance.now() + Number(values.seconds) * 1_000
const runs = 2_000
let seed = Number(values.seed)
let cases = 0
for (; performance.now() < deadline; seed += 1) {
  for (const [name, property] of Object.entries(properties)) {
    const found = fc.check(property, { seed, numRuns: runs })
    cases += found.numRuns
    if (!found.failed) continue
    process.stderr.write(`seed ${seed}: ${name}\n${fc.defaultReportMessage(found)}\n`)
    process.exit(1)
  }
}
process.stdout.write(`${cases} cases from seed ${values.seed} to ${seed - 1}: none failed\n`)
