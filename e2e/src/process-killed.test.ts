import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import {
  type Ended,
  type RunningCli,
  startCli,
  temporaryFolder,
  untilRecorded,
} from './support/cli.ts'
import { expectedResult, flights } from './support/flights.ts'

/** Sixty batches, about two seconds of work, so that there is a middle to be killed in. */
const ROWS = 6_000
const args = [
  ...['run', 'flights.csv', '--local-model', flights.model, '--local-latency', '100'],
  ...['--batch-rows', '100', '--concurrency', '4', '--out', 'late.csv'],
]

// What a dead consumer held is hidden for a quarter of a minute: the runs wait for that side by side.
test.concurrent.for([
  ['producer', 0],
  ['producer', 1],
  ['consumer', 2],
  ['consumer', 25],
  ['consumer', 52],
  ['endpoint', 30],
  ['aggregator', 15],
  ['aggregator', 58],
  ['cli', 5],
  ['cli', 45],
] as const)(
  'when the %s is killed after %i batches, the result is the same',
  async ([victim, batches]) => {
    await using folder = await temporaryFolder()
    const cwd = folder.path
    await writeFile(join(cwd, 'flights.csv'), `${flights.rows.slice(0, ROWS).join('\n')}\n`)
    const { code, stderr } = await killed(victim, batches, cwd)
    expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' })
    const result = await readFile(join(cwd, 'late.csv'), 'utf8')
    expect(result === expectedResult(flights.answers.slice(0, ROWS))).toBe(true)
  },
)

/** Kills one process once so many batches are recorded; a command that died is started again. */
async function killed(victim: string, batches: number, cwd: string): Promise<Ended> {
  await using cli = startCli(args, { cwd })
  await untilRecorded(cwd, batches)
  process.kill(await pidOf(victim, cli), 'SIGKILL')
  const ended = await cli.ended
  if (victim !== 'cli') return ended
  expect(ended.code).toBe(null)
  await using again = startCli(args, { cwd })
  return await again.ended
}

/** Of the youngest process of that name, as soon as there is one. */
async function pidOf(victim: string, cli: RunningCli): Promise<number> {
  const find = () => {
    const pid = victim === 'cli' ? cli.child.pid : cli.programs().get(victim)?.at(-1)
    assert(pid !== undefined, `no ${victim} is running`)
    return pid
  }
  return await vi.waitFor(find, { timeout: 30_000, interval: 20 })
}
