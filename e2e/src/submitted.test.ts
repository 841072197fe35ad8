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
