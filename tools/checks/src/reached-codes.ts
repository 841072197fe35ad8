/*
 * Each way to fail has been seen: every code of every error class was made by the code that it belongs
 * to while the tests ran. A code that no test reaches is a failure path that nobody has walked.
 */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { errorCodes } from './error-codes.ts'

const usual = join(import.meta.dirname, '../../../.ci/error-codes.txt')
const file = process.env['MILLRACE_ERROR_CODES'] ?? usual

if (!existsSync(file)) {
  console.error(`error codes: wanted what the tests have noted in ${file}, got nothing`)
  console.error('  run the tests with MILLRACE_ERROR_CODES set to that file')
  process.exit(1)
}
const reached = new Set(readFileSync(file, 'utf8').split('\n'))
const codes = errorCodes()
const missing = codes.filter(({ name, code }) => !reached.has(`${name} ${code}`))
for (const { file: source, name, code } of missing) {
  console.error(`${name} ${code} (${source}): no test reaches it`)
}
console.log(`${codes.length - missing.length} of ${codes.length} error codes reached by the tests`)
process.exit(missing.length === 0 && codes.length > 0 ? 0 : 1)
