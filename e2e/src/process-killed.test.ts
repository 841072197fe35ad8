import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { type Ended, startCli, temporaryFolder } from './support/cli.ts'
import { expectedResult, flights } from './support/flights.ts'

/** About four seconds of work, so that there is a middle to be killed in. */
const args = [
  ...['run', flights.features, '--local-model', flights.model, '--local-latency', '100'],
  ...['--batch-rows', '100', '--concurrency', '4', '--out', 'late.csv'],
]

/** Kills one process of a run after a while; a run that died with its command is started again. */
async function killed(victim: string, afterMs: number, cwd: string): Promise<Ended> {
  await using cli = startCli(args, { cwd })
  await sleep(afterMs)
  const pid = victim === 'cli' ? cli.child.pid : cli.programs().get(victim)?.at(-1)
  if (pid !== undefined) process.kill(pid, 'SIGKILL')
  const ended = await cli.ended
  if (victim !== 'cli') return ended
  await using again = startCli(args, { cwd })
  return await again.ended
}

test.for([
  ['consumer', 900],
  ['consumer', 2_200],
  ['consumer', 3_400],
  ['producer', 700],
  ['producer', 1_500],
  ['aggregator', 1_000],
  ['aggregator', 3_800],
  ['endpoint', 2_000],
  ['cli', 1_200],
  ['cli', 2_800],
] as const)(
  'when the %s is killed after %i ms, the result is the same',
  async ([victim, afterMs]) => {
    await using folder = await temporaryFolder()
    const { code, stderr } = await killed(victim, afterMs, folder.path)
    expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' })
    const result = await readFile(join(folder.path, 'late.csv'), 'utf8')
    expect(result === expectedResult()).toBe(true)
  },
)
