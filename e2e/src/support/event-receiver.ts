import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { type JobEvent, jobEventSchema } from '@millrace/job'

export interface ReceivedEvent {
  readonly by: 'bus' | 'topic'
  /** The name of the bus, or the ARN of the topic. */
  readonly at: string
  readonly event: JobEvent
}

/** EventBridge and SNS, as far as events of jobs go: both take what the SDK sends, and keep it. */
export interface EventReceiver extends AsyncDisposable {
  readonly received: readonly ReceivedEvent[]
  readonly url: string
}

export async function startEventReceiver(): Promise<EventReceiver> {
  const received: ReceivedEvent[] = []
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      const isBus = request.headers['x-amz-target'] === 'AWSEvents.PutEvents'
      const taken = isBus ? entriesOf(body) : [publishedOf(body)]
      received.push(...taken)
      const type = isBus ? 'application/x-amz-json-1.1' : 'text/xml'
      response.writeHead(200, { 'content-type': type }).end(isBus ? PUT : PUBLISHED)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    received,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

const PUT = JSON.stringify({ FailedEntryCount: 0, Entries: [{ EventId: '1' }] })
const PUBLISHED =
  '<PublishResponse><PublishResult><MessageId>1</MessageId></PublishResult></PublishResponse>'

function entriesOf(body: string): ReceivedEvent[] {
  const { Entries } = JSON.parse(body) as { Entries: Record<string, string>[] }
  return Entries.map(({ EventBusName = '', Source, DetailType, Detail = '' }) => {
    const event = eventOf(Detail)
    const found = event.kind === 'at_risk' ? 'Millrace Job At Risk' : 'Millrace Job State Change'
    if (Source !== 'millrace' || DetailType !== found) {
      throw new Error(`an event that no rule finds: ${Source}, ${DetailType}`)
    }
    return { by: 'bus', at: EventBusName, event }
  })
}

function publishedOf(body: string): ReceivedEvent {
  const form = new URLSearchParams(body)
  if (form.get('Action') !== 'Publish') throw new Error(`not a Publish: ${body}`)
  return { by: 'topic', at: form.get('TopicArn') ?? '', event: eventOf(form.get('Message') ?? '') }
}

const eventOf = (json: string): JobEvent => jobEventSchema.parse(JSON.parse(json)) as JobEvent
