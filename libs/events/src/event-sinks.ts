import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge'
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns'
import type { JobEvent } from '@millrace/job'
import { classifyEntry, classifyFailure } from './classify-failure.ts'

/** Where events go; neither is needed, both are possible. */
export interface EventSettings {
  readonly region: string
  /** Name or ARN of an EventBridge event bus. */
  readonly bus?: string | undefined
  /** ARN of an SNS topic. */
  readonly topicArn?: string | undefined
  /** Where the services are reached instead of AWS. */
  readonly eventBridgeUrl?: string | undefined
  readonly snsUrl?: string | undefined
  /** How long one request may take. Default: 5 s. */
  readonly requestTimeoutMs?: number | undefined
}

export interface EventSinks {
  /** None when nobody wants to hear of anything. */
  readonly sinks: readonly EventSink[]
  close(): void
}

/** One who hears; each may be away while another is not. */
export interface EventSink {
  /** The ledger keeps it of one that has taken what another has not, so it is not to be renamed. */
  readonly name: 'bus' | 'topic'
  /** @throws {EventError} when it did not take the event. */
  tell(event: JobEvent, signal: AbortSignal): Promise<void>
}

/** In the pattern of a rule: `{"source": ["millrace"], "detail-type": ["Millrace Job State Change"]}`. */
const SOURCE = 'millrace'
/** Who waits for a job to run or to end is not woken by one that is at risk. */
const DETAIL_TYPES = {
  started: 'Millrace Job State Change',
  ended: 'Millrace Job State Change',
  at_risk: 'Millrace Job At Risk',
} as const

const REQUEST_TIMEOUT_MS = 5_000

/** The SDK's own retries are the only ones in a call: three, within seconds. */
const clientSettings = (
  { region, requestTimeoutMs = REQUEST_TIMEOUT_MS }: EventSettings,
  endpoint: string | undefined,
) => ({
  region,
  maxAttempts: 3,
  requestHandler: {
    connectionTimeout: 2_000,
    requestTimeout: requestTimeoutMs,
    throwOnRequestTimeout: true,
  },
  ...(endpoint === undefined ? {} : { endpoint }),
})

export function createEventSinks(settings: EventSettings): EventSinks {
  const { bus, topicArn } = settings
  const sinks: EventSink[] = []
  const clients: { destroy(): void }[] = []
  if (bus !== undefined) {
    const client = new EventBridgeClient(clientSettings(settings, settings.eventBridgeUrl))
    clients.push(client)
    sinks.push({ name: 'bus', tell: (event, signal) => putEvent(client, bus, event, signal) })
  }
  if (topicArn !== undefined) {
    const client = new SNSClient(clientSettings(settings, settings.snsUrl))
    clients.push(client)
    sinks.push({ name: 'topic', tell: (event, signal) => publish(client, topicArn, event, signal) })
  }
  return {
    sinks,
    close: () => {
      for (const client of clients) client.destroy()
    },
  }
}

async function putEvent(
  client: EventBridgeClient,
  bus: string,
  event: JobEvent,
  signal: AbortSignal,
): Promise<void> {
  const entry = {
    EventBusName: bus,
    Source: SOURCE,
    DetailType: DETAIL_TYPES[event.kind],
    Detail: JSON.stringify(event),
    ...(event.kind === 'at_risk' ? {} : { Time: timeOf(event) }),
    Resources: [],
  }
  const put = new PutEventsCommand({ Entries: [entry] })
  const operation = `put event ${event.id} to ${bus}`
  const { Entries: [answer] = [] } = await calling(operation, signal, () =>
    client.send(put, { abortSignal: signal }),
  )
  // A refused entry comes with HTTP 200.
  if (answer?.ErrorCode !== undefined) throw classifyEntry(operation, answer)
}

async function publish(
  client: SNSClient,
  topicArn: string,
  event: JobEvent,
  signal: AbortSignal,
): Promise<void> {
  const attribute = (value: string) => ({ DataType: 'String', StringValue: value })
  const isAtRisk = event.kind === 'at_risk'
  const command = new PublishCommand({
    TopicArn: topicArn,
    Message: JSON.stringify(event),
    Subject: `Millrace job ${(isAtRisk ? event.kind : event.state).replaceAll('_', ' ')}`,
    // For the filter policies of subscriptions.
    MessageAttributes: {
      kind: attribute(event.kind),
      ...(isAtRisk ? {} : { state: attribute(event.state) }),
      endpoint: attribute(event.endpoint),
    },
  })
  await calling(`publish event ${event.id} to ${topicArn}`, signal, () =>
    client.send(command, { abortSignal: signal }),
  )
}

/** When it happened; what is at risk is so now. */
const timeOf = ({ endedAt, startedAt, createdAt }: JobEvent): Date =>
  new Date((endedAt ?? startedAt ?? createdAt) * 1_000)

async function calling<T>(
  operation: string,
  signal: AbortSignal,
  call: () => Promise<T>,
): Promise<T> {
  try {
    return await call()
  } catch (cause) {
    signal.throwIfAborted()
    throw classifyFailure(operation, cause)
  }
}
