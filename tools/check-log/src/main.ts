import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { createHistory, type LogLine } from './history.ts'
import { report } from './report.ts'

/*
 * npm run check-log -- worker-1.log worker-2.log        or: aws logs tail … | npm run check-log
 *
 * Reads what producers, consumers and aggregators have logged (JSON lines, other lines are passed
 * over) and says for each job whether the story holds. Exit code 1 when one does not, or when there is none.
 */
const files = process.argv.slice(2)
const inputs = files.length === 0 ? [process.stdin] : files.map((file) => createReadStream(file))
const history = createHistory()
let lines = 0
let skipped = 0

for (const input of inputs) {
  for await (const text of createInterface({ input })) {
    const line = parsed(text)
    if (line === undefined) skipped += 1
    else history.add(line)
    lines += 1
  }
}
const { text, sound } = report(history.verdicts(), { lines, skipped })
console.log(text)
process.exitCode = sound ? 0 : 1

/** The object in a line, which may stand behind a prefix of a log collector. */
function parsed(text: string): LogLine | undefined {
  const start = text.indexOf('{')
  if (start === -1) return undefined
  try {
    return JSON.parse(text.slice(start)) as LogLine
  } catch {
    return undefined
  }
}
