import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { runCli, startCli, temporaryFolder } from './support/cli.ts'
import { expectedResult, flights } from './support/flights.ts'

/** The environment that `millrace dev` prints once its services listen. */
async function environmentOf(stdout: NodeJS.ReadableStream): Promise<Record<string, string>> {
  let text = ''
  while (!text.includes('MILLRACE_WORK_URI=')) text += String((await once(stdout, 'data'))[0])
  const lines = text.trimEnd().split('\n')
  return Object.fromEntries(lines.map((line) => line.replace('export ', '').split(/=(.*)/s)))
}

test('a job submitted ten times at once with one token is one job', async () => {
  await using folder = await temporaryFolder()
  const { path: cwd } = folder
  await using dev = startCli(['dev', '--local-model', flights.model], { cwd })
  const env = await environmentOf(dev.child.stdout)
  const cli = async (...args: string[]) => await runCli(args, { cwd, env })

  const submit = ['submit', flights.features, '--endpoint', 'local', '-o', 'out.csv']
  const submitted = await Promise.all(
    Array.from({ length: 10 }, () => cli(...submit, '--client-token', 'today')),
  )
  expect(new Set(submitted.map(({ stdout }) => stdout.trim())).size).toBe(1)
  const jobId = submitted[0]?.stdout.trim() ?? ''

  expect(await cli('watch', jobId)).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/state +succeeded/) as unknown,
  })
  const listed = JSON.parse((await cli('list', '--json')).stdout) as { jobId: string }[]
  expect(listed.map((job) => job.jobId)).toEqual([jobId])
  expect((await readFile(join(cwd, 'out.csv'), 'utf8')) === expectedResult()).toBe(true)

  const other = await cli(...submit, '--client-token', 'today', '--threshold', '0.3')
  expect(other).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('has another spec') as unknown,
  })

  dev.child.kill('SIGINT')
  expect(await dev.ended).toMatchObject({ code: 0 })
})

test('what dev has scored is exported, and another key is told nothing', async () => {
  await using folder = await temporaryFolder()
  const { path: cwd } = folder
  await using dev = startCli(['dev', '--local-model', flights.model], { cwd })
  const env = await environmentOf(dev.child.stdout)
  const submit = ['submit', flights.features, '--endpoint', 'local', '-o', 'out.csv', '--watch']
  expect(await runCli(submit, { cwd, env })).toMatchObject({ code: 0 })
  const jobs = (await runCli(['list', '--json'], { cwd, env })).stdout
  const [{ jobId = '' } = {}] = JSON.parse(jobs) as { jobId?: string }[]
  // A profile that is nowhere shall not stand in the way of the keys that dev has printed.
  const elsewhere = { ...env, AWS_PROFILE: 'nowhere' }
  const exported = await runCli(['export', jobId, '-o', 'again.csv'], { cwd, env: elsewhere })
  expect(exported).toMatchObject({ code: 0 })
  expect((await readFile(join(cwd, 'again.csv'), 'utf8')) === expectedResult()).toBe(true)

  const stranger = { ...env, AWS_ACCESS_KEY_ID: `local${'0'.repeat(32)}` }
  expect(await runCli(['list'], { cwd, env: stranger })).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('access_denied') as unknown,
  })
  const logs = join(cwd, '.millrace-dev', 'logs')
  for (const app of ['producer', 'consumer-1', 'aggregator', 'endpoint']) {
    expect(await readFile(join(logs, `${app}.log`), 'utf8')).not.toContain(env['AWS_ACCESS_KEY_ID'])
  }
  // An endpoint that is being started may load its model for minutes.
  expect(await readFile(join(logs, 'producer.log'), 'utf8')).toContain(
    '"MILLRACE_PREFLIGHT_PATIENCE_SECONDS":300',
  )
  dev.child.kill('SIGINT')
  expect(await dev.ended).toMatchObject({ code: 0 })
})
