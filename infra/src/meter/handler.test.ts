import { createServer } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { metricCatalogue } from '@millrace/job'
import { expect, test } from 'vitest'
import { graphOf, ofType } from '../graph/graph.ts'

interface Line {
  readonly app: string
  readonly service: string
  readonly _aws: { CloudWatchMetrics: { Namespace: string; Metrics: { Name: string }[] }[] }
  readonly [metric: string]: unknown
}

/** AWS as the meter sees it: 7 messages in each queue, 2 consumers, 1 active job. */
const answers: Readonly<Record<string, object>> = {
  'AmazonEC2ContainerServiceV20141113.DescribeServices': {
    services: [
      { serviceName: 'millrace-dev-producer', runningCount: 0, pendingCount: 0, desiredCount: 0 },
      { serviceName: 'millrace-dev-consumer', runningCount: 1, pendingCount: 1, desiredCount: 2 },
    ],
  },
  'AmazonSQS.GetQueueAttributes': {
    Attributes: {
      ApproximateNumberOfMessages: '4',
      ApproximateNumberOfMessagesDelayed: '1',
      ApproximateNumberOfMessagesNotVisible: '2',
    },
  },
  'DynamoDB_20120810.Query': { Count: 1, ScannedCount: 1 },
}

test('the code that is deployed measures what each service has to do', async () => {
  const calls = new Set<string>()
  await using aws = await serve((target, body) => {
    for (const call of callsOf(target, body)) calls.add(`meter ${call}`)
    return answers[target]
  })
  const lines = await runDeployedCode(aws.url)
  const summary = lines.map((line) => [
    line.service,
    line['millrace.service.backlog'],
    line['millrace.service.backlog_per_task'],
    line['millrace.service.backlog_unattended'],
  ])
  expect(summary).toEqual([
    ['producer', 7, 7, 7],
    ['consumer', 7, 4, 0],
    // One job is active, and of one the end is untold.
    ['aggregator', 9, 9, 9],
  ])
  const called = `${[...calls].toSorted().join('\n')}\n`
  await expect(called).toMatchFileSnapshot('../../calls-of-meter.txt')
  const emitted = new Set<string>(
    lines.flatMap((line) =>
      line._aws.CloudWatchMetrics.flatMap(({ Metrics }) => Metrics.map(({ Name }) => Name)),
    ),
  )
  const listed = Object.entries(metricCatalogue).filter(([, { apps }]) => String(apps) === 'meter')
  expect([...emitted].toSorted(byText)).toEqual(listed.map(([name]) => name).toSorted(byText))
})

test('a service that AWS does not answer for stops it, and leaves a gap', async () => {
  await using aws = await serve(() => undefined)
  await expect(runDeployedCode(aws.url)).rejects.toThrow('AccessDenied')
})

const byText = (a: string, b: string): number => a.localeCompare(b, 'en')

/** The archive of the graph, run as Lambda runs it, with the environment of the graph. */
async function runDeployedCode(url: string): Promise<Line[]> {
  const [meter] = ofType(graphOf('dev'), 'lambda.Function')
  if (meter === undefined) throw new Error('the stack has no meter')
  const { assets } = meter.inputs['code'] as { assets: Record<string, { text: string }> }
  const { variables } = meter.inputs['environment'] as { variables: Record<string, string> }
  // Beside the clients that it imports.
  const folder = mkdtempSync(join(import.meta.dirname, '.deployed-'))
  try {
    for (const [name, { text }] of Object.entries(assets)) writeFileSync(join(folder, name), text)
    const script = `const { handler } = await import(${JSON.stringify(join(folder, 'handler.mjs'))})\nawait handler()`
    const env = {
      ...variables,
      AWS_REGION: 'eu-central-1',
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
      AWS_ENDPOINT_URL: url,
    }
    const args = ['--input-type=module', '--eval', script]
    const { stdout } = await promisify(execFile)(process.execPath, args, { env })
    return stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Line)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** What a request needs to be allowed, as `e2e/src/support/recorded-call.ts` says it. */
function callsOf(target: string, body: RequestBody): string[] {
  const last = (text = '') => text.replace(/^.*millrace-dev-/, '')
  switch (target) {
    case 'AmazonSQS.GetQueueAttributes':
      return [`sqs:GetQueueAttributes queue ${last(body.QueueUrl)}`]
    case 'DynamoDB_20120810.Query':
      return [`dynamodb:Query index ${last(body.TableName)}/${body.IndexName}`]
    case 'AmazonEC2ContainerServiceV20141113.DescribeServices':
      return (body.services ?? []).map((name) => `ecs:DescribeServices service ${last(name)}`)
    default:
      throw new Error(`a call that no stack has: ${target}`)
  }
}

interface RequestBody {
  readonly QueueUrl?: string
  readonly TableName?: string
  readonly IndexName?: string
  readonly services?: readonly string[]
}

async function serve(answer: (target: string, body: RequestBody) => object | undefined) {
  const server = createServer((request, response) => {
    let text = ''
    request.setEncoding('utf8').on('data', (piece: string) => (text += piece))
    request.on('end', () => {
      const target = String(request.headers['x-amz-target'])
      const found = answer(target, JSON.parse(text) as RequestBody)
      response.writeHead(found === undefined ? 400 : 200, { 'content-type': 'application/json' })
      response.end(JSON.stringify(found ?? { __type: 'AccessDeniedException', message: 'no' }))
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
