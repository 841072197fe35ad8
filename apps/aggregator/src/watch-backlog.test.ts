import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createQueueClient } from '@millrace/queue'
import { loadConfig, type Metrics, noMetrics } from '@millrace/service'
import { expect, test, vi } from 'vitest'
import { configSchema } from './config.ts'
import { backlogPerTask, watchBacklog } from './watch-backlog.ts'

test.for([
  { visible: 0, inFlight: 0, delayed: 0, tasks: 0, backlog: 0 },
  { visible: 100, inFlight: 0, delayed: 0, tasks: 0, backlog: 100 },
  { visible: 100, inFlight: 20, delayed: 1, tasks: 10, backlog: 13 },
])('$visible + $inFlight + $delayed over $tasks is $backlog', ({ tasks, backlog, ...depth }) => {
  expect(backlogPerTask(depth, tasks)).toBe(backlog)
})

/** SQS and ECS, as far as the watch asks them. */
async function startAws(runningCount: number | undefined) {
  const server = createServer((request, response) => {
    response.setHeader('content-type', 'application/x-amz-json-1.1')
    const toEcs = String(request.headers['x-amz-target']).startsWith('AmazonEC2ContainerService')
    const Attributes = {
      ApproximateNumberOfMessages: '41',
      ApproximateNumberOfMessagesNotVisible: '4',
      ApproximateNumberOfMessagesDelayed: '0',
    }
    const services = runningCount === undefined ? [] : [{ runningCount }]
    response.end(JSON.stringify(toEcs ? { services } : { Attributes }))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const close = async () => {
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
  }
  return { url, [Symbol.asyncDispose]: close }
}

/** The gauge after the first look at such a service. */
async function look(runningCount: number | undefined) {
  await using aws = await startAws(runningCount)
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test').stubEnv('AWS_SECRET_ACCESS_KEY', 'test')
  const config = loadConfig('aggregator', configSchema, {
    AWS_REGION: 'us-east-1',
    AWS_ENDPOINT_URL: aws.url,
    MILLRACE_COMPLETIONS_QUEUE_URL: `${aws.url}/c`,
    MILLRACE_JOBS_QUEUE_URL: `${aws.url}/j`,
    MILLRACE_LEDGER_TABLE: 'ledger',
    MILLRACE_WORK_URI: 'file:///tmp/',
    MILLRACE_CONSUMERS_SERVICE: 'cluster/consumers',
  })
  const client = createQueueClient({ region: 'us-east-1', endpointUrl: aws.url })
  const gauge = vi.fn<Metrics['gauge']>()
  const warn = vi.fn()
  const stop = new AbortController()
  const batches = { client, url: `${aws.url}/b` }
  const metrics = { ...noMetrics, gauge }
  const watching = watchBacklog(config, { batches, metrics, logger: { warn } }, stop.signal)
  const read = (): number => gauge.mock.calls[0]?.[1]() ?? Number.NaN
  await expect.poll(() => warn.mock.calls.length + (Number.isNaN(read()) ? 0 : 1)).toBe(1)
  const backlog = read()
  stop.abort()
  await watching
  client.destroy()
  vi.unstubAllEnvs()
  return { backlog, warnings: warn.mock.calls }
}

test('divides what SQS counts by the consumers that ECS runs', async () => {
  expect(await look(3)).toEqual({ backlog: 15, warnings: [] })
})

test('without such a service, warns and reports nothing', async () => {
  const { backlog, warnings } = await look(undefined)
  expect(backlog).toBeNaN()
  expect(String(warnings[0]?.[0].error)).toContain('ECS has no service cluster/consumers')
})
