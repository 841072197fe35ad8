import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { type Ended, startCli, temporaryFolder, untilRecorded } from './support/cli.ts'
import { expectedResult, flights } from './support/flights.ts'

/** About four seconds of work, so that there is a middle to be killed in. */
const args = [
  ...['run', flights.features, '--local-model', flights.model, '--local-latency', '100'],
  ...['--batch-rows', '100', '--concurrency', '4', '--out', 'late.csv'],
]

/** Kills one process whenever so many batches are recorded; a command that died is started again. */
async function killed(victim: string, batches: readonly number[], cwd: string): Promise<Ended> {
  let cli = startCli(args, { cwd })
  try {
    for (const recorded of batches) {
      await untilRecorded(cwd, recorded)
      const pid = victim === 'cli' ? cli.child.pid : cli.programs().get(victim)?.at(-1)
      expect(pid).toBeDefined()
      process.kill(pid ?? 0, 'SIGKILL')
      if (victim !== 'cli') continue
      await cli.ended
      cli = startCli(args, { cwd })
    }
    return await cli.ended
  } finally {
    await cli[Symbol.asyncDispose]()
  }
}

test.for([
  ['consumer', [1, 50, 110]],
  ['producer', [1, 60]],
  ['aggregator', [10, 115]],
  ['endpoint', [40]],
  ['cli', [5, 90]],
] as const)(
  'when the %s is killed after %j batches, the result is the same',
  async ([victim, batches]) => {
    await using folder = await temporaryFolder()
    const { code, stderr } = await killed(victim, batches, folder.path)
    expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' })
    const result = await readFile(join(folder.path, 'late.csv'), 'utf8')
    expect(result === expectedResult()).toBe(true)
  },
)
