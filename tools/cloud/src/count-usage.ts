import { EventEmitter } from 'node:events'
import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http'
import type { buildApp } from 'fauxqs'

/** What all clients have used since the cloud was started, as the services themselves see it. */
export interface CloudUsage {
  /** Requests by the SQS action, such as `ReceiveMessage`; polls that brought nothing stand apart. */
  readonly sqs: Readonly<Record<string, number>>
  readonly emptyReceives: number
  readonly writeUnits: number
  readonly readUnits: number
  /** Requests by method. */
  readonly s3: Readonly<Record<string, number>>
}

export interface UsageCounter {
  readonly usage: CloudUsage
  watchQueues(app: ReturnType<typeof buildApp>): void
  watchLedger(server: Server): void
  /** What was needed to start is nobody's. */
  reset(): void
}

export function createUsageCounter(): UsageCounter {
  const sqs = new Map<string, number>()
  const s3 = new Map<string, number>()
  const sums = { emptyReceives: 0, writeUnits: 0, readUnits: 0 }
  return {
    get usage() {
      return { ...sums, sqs: Object.fromEntries(sqs), s3: Object.fromEntries(s3) }
    },
    watchQueues(app) {
      // fauxqs sends some answers of S3 twice through its hooks.
      const seen = new WeakSet<object>()
      app.addHook('onSend', async (request, _reply, payload) => {
        if (seen.has(request)) return payload
        seen.add(request)
        const { headers, method } = request
        const action = /^AmazonSQS\.(\w+)$/.exec(String(headers['x-amz-target']))?.[1]
        if (action === undefined) increment(s3, method)
        else if (action === 'ReceiveMessage' && !String(payload).includes('"Messages":[{')) {
          sums.emptyReceives += 1
        } else increment(sqs, action)
        return payload
      })
    },
    watchLedger(server) {
      const handle = server.listeners('request')[0] as RequestListener
      server.removeAllListeners('request')
      server.on('request', (request, response) =>
        askForUnits(handle, request, response, (action, units) => {
          if (/^(Get|Query|Scan|BatchGet)/.test(action)) sums.readUnits += units
          else sums.writeUnits += units
        }),
      )
    },
    reset() {
      sqs.clear()
      s3.clear()
      Object.assign(sums, { emptyReceives: 0, writeUnits: 0, readUnits: 0 })
    },
  }
}

function increment(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1)
}

/**
 * Has dynalite tell what a request has consumed, whether or not the client has asked. A write that its
 * condition refused is told no units: it counts as one.
 */
function askForUnits(
  handle: RequestListener,
  request: IncomingMessage,
  response: ServerResponse,
  count: (action: string, units: number) => void,
): void {
  const action = String(request.headers['x-amz-target']).split('.')[1] ?? ''
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => {
    const input = JSON.parse(Buffer.concat(chunks).toString() || '{}') as Input
    const writes = isIndexed(input) ? 1 + INDEXES : 1
    const body = Buffer.from(JSON.stringify({ ...input, ReturnConsumedCapacity: 'TOTAL' }))
    const { method, url } = request
    const headers = { ...request.headers, 'content-length': String(body.length) }
    const asking = Object.assign(new EventEmitter(), { method, url, headers })
    const end = response.end.bind(response)
    response.end = ((...args: Parameters<typeof end>) => {
      count(action, unitsIn(String(args[0])) * writes)
      return end(...args)
    }) as typeof response.end
    handle(asking as unknown as IncomingMessage, response)
    asking.emit('data', body)
    asking.emit('end')
  })
}

/** dynalite tells no units of indexes; the ledger's two hold each job, and nothing else. */
const INDEXES = 2

interface Input {
  readonly Item?: { readonly SK?: { readonly S?: string } }
  readonly Key?: { readonly SK?: { readonly S?: string } }
  readonly UpdateExpression?: string
}

const isIndexed = ({ Item, Key, UpdateExpression }: Input): boolean =>
  Item?.SK?.S === 'META' || (Key?.SK?.S === 'META' && UpdateExpression !== undefined)

function unitsIn(answer: string): number {
  const units = /"CapacityUnits":([\d.]+)/.exec(answer)?.[1]
  if (units !== undefined) return Number(units)
  return answer.includes('ConditionalCheckFailedException') ? 1 : 0
}
