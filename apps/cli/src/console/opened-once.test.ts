import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { startCloud } from '@millrace/cloud'
import { type Job, jobIdOf } from '@millrace/job'
import { createJob } from '@millrace/ledger'
import { expect, test, vi } from 'vitest'
import { connectSystem } from '../system/connect-system.ts'
import { jobWith, never, temporaryFolder } from '../test-data.fixture.ts'
import { startConsole } from './console.fixture.ts'

// A look at a dead-letter queue waits a second, and each of several clients asks a command.
vi.setConfig({ testTimeout: 60_000 })

/*
 * Whoever opens a stack is asked for credentials, which may take a command of the user's, or their phone. A page asks
 * every two seconds.
 */

/** A profile whose command gives these keys, and notes each time that it was asked for them. */
async function profileOf(keys: { accessKeyId: string; secretAccessKey: string }) {
  const folder = await temporaryFolder()
  const [noted, answer, config] = ['noted', 'answer', 'config'].map((name) => join(folder, name))
  const told = { Version: 1, AccessKeyId: keys.accessKeyId, SecretAccessKey: keys.secretAccessKey }
  await writeFile(String(answer), JSON.stringify(told))
  const command = `sh -c 'echo asked >> ${noted} && cat ${answer}'`
  await writeFile(String(config), `[profile asked]\ncredential_process = ${command}\n`)
  const names = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN']
  for (const name of names) vi.stubEnv(name, undefined)
  vi.stubEnv('AWS_CONFIG_FILE', config)
  vi.stubEnv('AWS_PROFILE', 'asked')
  return { timesAsked: async () => (await readFile(String(noted), 'utf8')).split('\n').length - 1 }
}

test('a stack is asked for credentials once a service, however often it is looked at', async () => {
  await using opened = new AsyncDisposableStack()
  opened.defer(() => void vi.unstubAllEnvs())
  const cloud = await startCloud({ buckets: ['lake'] })
  opened.defer(() => cloud.close())
  const now = Math.floor(Date.now() / 1_000)
  const { spec } = jobWith()
  const job: Job = jobWith({
    ...{ state: 'succeeded', createdAt: now, endedAt: now, jobId: jobIdOf('ended') },
    ...{ clientToken: 'ended', plan: { batches: 0, rows: 0 } },
    spec: { ...spec, output: { ...spec.output, uri: 's3://lake/scores.csv' } },
  })
  const system = opened.use(connectSystem('deployed', cloud.env))
  await createJob(system.ledger, job, never)

  const { timesAsked } = await profileOf(cloud.credentials)
  const { AWS_ACCESS_KEY_ID: _, AWS_SECRET_ACCESS_KEY: __, ...unkeyed } = cloud.env
  const env = { ...unkeyed, MILLRACE_WORK_URI: 's3://lake/work/' }
  await using console = await startConsole(env, { region: 'us-east-1' })
  for (const path of ['', `/${job.jobId}`, `/${job.jobId}/failures`, `/${job.jobId}`]) {
    expect(await console.json(`/api/jobs${path}`)).toMatchObject({ status: 200 })
  }
  expect(await timesAsked()).toBe(['the table', 'the buckets'].length)
  for (let look = 0; look < 2; look += 1) {
    expect(await console.json('/api/letters/jobs')).toMatchObject({ status: 200 })
  }
  expect(await timesAsked()).toBe(['the table', 'the buckets', 'the queues'].length)
})
