import {
  createCredentials,
  createSignedSend,
  type Link,
  openWire,
  originOf,
  readServiceSettings,
  ServiceError,
  type SignedRequest,
} from '@millrace/aws'
import { decodeFailure, decodeOutput, encodeInput } from './attribute-json.ts'
import { createSpareMemory } from './spare-memory.ts'
import { tableAddress } from './table-address.ts'
import type { ClientSettings, ClosableTableClient, TableOperation } from './table-client.ts'

export interface FastClientSettings extends ClientSettings {
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

/** One that the service closes in the very moment of a call costs a repetition, which every verb makes. */
const KEEP_ALIVE_MS = 30_000
/** A page is a megabyte, of which bytes become a third more on the line. */
const ANSWER_BYTES_MAX = 16 * 1024 * 1024

/**
 * Reaches the table with AWS's credentials, addresses and errors, but by the shortest way: the input
 * becomes JSON by itself, which is hashed, signed and written to the socket.
 */
export function createFastClient(settings: FastClientSettings): ClosableTableClient {
  const memory = createSpareMemory()
  const signedSend = createSignedSend({
    service: 'dynamodb',
    credentials: createCredentials(settings.region, settings.credentials),
    open: ({ accountId }) => openLink(settings, accountId),
    now: settings.now,
    timeoutMs: settings.timeoutMs,
    answerBytesMax: ANSWER_BYTES_MAX,
    memory: memory.take,
  })
  const send = async (operation: TableOperation, input: object, signal: AbortSignal) => {
    try {
      const { body } = await signedSend(requestOf(operation, input), signal)
      const output = decodeOutput(body, memory)
      memory.giveBack(body)
      return output
    } catch (error) {
      if (error instanceof ServiceError) decodeFailure(error)
      throw error
    }
  }
  return { send, destroy: () => void signedSend.close() }
}

/** https://smithy.io/2.0/aws/protocols/aws-json-1_0-protocol.html */
const requestOf = (operation: TableOperation, input: object): SignedRequest => ({
  path: '/',
  headersBefore: CONTENT_TYPE,
  headersAfter: ['x-amz-target', `DynamoDB_20120810.${operation}`],
  body: encodeInput(input),
})

const CONTENT_TYPE = ['content-type', 'application/x-amz-json-1.0']

async function openLink(settings: ClientSettings, accountId: string | undefined): Promise<Link> {
  const found = await readServiceSettings('DynamoDB')
  const { region, endpointUrl = found.endpointUrl } = settings
  const { url, signingRegion } = tableAddress({ ...found, region, endpointUrl, accountId })
  const origin = originOf(url)
  const wire = await openWire(origin.origin, {
    connectionsMax: settings.socketsMax,
    connectTimeoutMs: settings.connectTimeoutMs,
    keepAliveMs: KEEP_ALIVE_MS,
  })
  return { ...origin, wire, signingRegion }
}
