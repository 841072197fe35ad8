import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { isAlive, runCli, startCli, temporaryFolder, untilRecorded } from './support/cli.ts'
import { expectedResult, flights } from './support/flights.ts'

const args = [
  ...['run', flights.features, '--local-model', flights.model, '--local-latency', '100'],
  ...['--batch-rows', '100', '--concurrency', '4', '--out', 'late.csv'],
]

test.for([
  ['once', 1],
  ['twice', 2],
] as const)(
  'after ctrl-C %s, nothing is half-written and the same command continues',
  async ([, presses]) => {
    await using folder = await temporaryFolder()
    await using cli = startCli(args, { cwd: folder.path })
    await untilRecorded(folder.path, 20)
    const pids = [...cli.programs().values()].flat()
    for (let press = 0; press < presses; press += 1) {
      cli.child.kill('SIGINT')
      await sleep(50)
    }
    const stopped = await cli.ended
    expect(stopped.code).toBe(130)
    expect(stopped.stderr).toContain('the same command continues')
    expect(pids.filter(isAlive)).toEqual([])
    expect(await readdir(folder.path)).toEqual(['.millrace'])

    const continued = await runCli(args, { cwd: folder.path })
    expect(continued.stderr).toContain('continuing')
    const whyNot = continued.code === 0 ? '' : continued.stderr
    expect({ code: continued.code, whyNot }).toEqual({ code: 0, whyNot: '' })
    const result = await readFile(join(folder.path, 'late.csv'), 'utf8')
    expect(result === expectedResult()).toBe(true)
  },
)

test('when the command is killed, its programs end by themselves', async () => {
  await using folder = await temporaryFolder()
  await using cli = startCli(args, { cwd: folder.path })
  await untilRecorded(folder.path, 20)
  const pids = [...cli.programs().values()].flat()
  expect(pids.length).toBeGreaterThanOrEqual(4)
  cli.child.kill('SIGKILL')
  await cli.ended
  await expect.poll(() => pids.filter(isAlive)).toEqual([])
})

test('when the run has ended, the same command says so and invokes nothing', async () => {
  await using folder = await temporaryFolder()
  const run = ['run', flights.features, '--local-model', flights.model, '--out', 'late.csv']
  expect((await runCli(run, { cwd: folder.path })).code).toBe(0)
  const again = await runCli(run, { cwd: folder.path })
  expect(again.code).toBe(0)
  expect(again.stderr).toContain('has ended already')
  expect(existsSync(join(folder.path, 'late.csv'))).toBe(true)
})
