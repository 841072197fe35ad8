import { once } from 'node:events'
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { callsOf, type Service } from './recorded-call.ts'

export type App = 'producer' | 'consumer' | 'aggregator'

/** Sees each call that apps make of AWS, by standing between them and the emulators. */
export interface Recorder extends AsyncDisposable {
  /** The environment that leads an app through it. */
  readonly env: (app: App) => Promise<Record<string, string>>
  /** What each app has called, each call once: `consumer sqs:SendMessage queue completions`. */
  readonly calls: () => readonly string[]
}

const SERVICES = ['SQS', 'DYNAMODB', 'S3', 'SAGEMAKER_RUNTIME', 'EVENTBRIDGE', 'SNS'] as const

/**
 * @param upstream the URL of each service.
 * @param slow objects for which S3 takes three seconds, by a part of their path.
 */
export function startRecorder(upstream: (service: Service) => string, slow: string): Recorder {
  const seen = new Set<string>()
  const servers = new AsyncDisposableStack()
  return {
    env: async (app) => {
      const server = createServer((incoming, outgoing) => {
        const service = serviceOf(incoming)
        const pass = (): void =>
          forward(upstream(service), incoming, outgoing, (body, status) => {
            for (const call of callsOf(service, incoming, body, status)) seen.add(`${app} ${call}`)
          })
        if (incoming.url?.includes(slow) === true) setTimeout(pass, SLOW_MS)
        else pass()
      })
      server.listen(0, '127.0.0.1')
      await once(server, 'listening')
      servers.defer(async () => {
        server.closeAllConnections()
        server.close()
        await once(server, 'close')
      })
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
      return Object.fromEntries(SERVICES.map((service) => [`AWS_ENDPOINT_URL_${service}`, url]))
    },
    calls: () => [...seen].toSorted(),
    [Symbol.asyncDispose]: () => servers.disposeAsync(),
  }
}

/** Longer than a heartbeat of a visibility of six seconds. */
const SLOW_MS = 3_000

function serviceOf({ headers, url = '' }: IncomingMessage): Service {
  const target = String(headers['x-amz-target'])
  if (target.startsWith('AmazonSQS.')) return 'SQS'
  if (target.startsWith('DynamoDB_')) return 'DYNAMODB'
  if (target.startsWith('AWSEvents.')) return 'EVENTBRIDGE'
  if (headers['content-type']?.startsWith('application/x-www-form-urlencoded')) return 'SNS'
  return url.startsWith('/endpoints/') ? 'SAGEMAKER_RUNTIME' : 'S3'
}

/** Passes a request on and its answer back, and tells of both when the answer begins. */
function forward(
  upstream: string,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  record: (body: Buffer, status: number) => void,
): void {
  const chunks: Buffer[] = []
  const { method, url, headers } = incoming
  const passed = request(new URL(url ?? '/', upstream), { method, headers }, (answer) => {
    const status = answer.statusCode ?? 0
    record(Buffer.concat(chunks), status)
    outgoing.writeHead(status, answer.headers)
    answer.pipe(outgoing)
  })
  // Whoever dies first takes the other with it, as without anybody between them.
  passed.on('error', () => outgoing.destroy())
  outgoing.on('close', () => passed.destroy())
  incoming.on('error', () => passed.destroy())
  incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
  incoming.pipe(passed)
}
