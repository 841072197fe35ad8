import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { SendMessageCommand } from '@aws-sdk/client-sqs'
import type { Queue } from '@millrace/queue'

/**
 * A queue for senders that still speak SQS's older protocol, forms and XML, as boto3 does before 1.28.
 * SQS takes both; the emulator takes JSON only, so this passes SendMessage on.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-making-api-requests-xml.html
 */
export async function startQueryProtocol(
  queue: Queue,
): Promise<AsyncDisposable & { readonly queueUrl: string }> {
  const server = createServer((request, response) => {
    sendMessage(queue, request).then(
      (xml) => response.writeHead(200, { 'content-type': 'text/xml' }).end(xml),
      (error: unknown) => response.writeHead(400).end(String(error)),
    )
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    queueUrl: `http://127.0.0.1:${port}${new URL(queue.url).pathname}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

async function sendMessage(queue: Queue, request: IncomingMessage): Promise<string> {
  const form = new URLSearchParams(await text(request))
  const action = form.get('Action')
  if (action !== 'SendMessage') throw new Error(`wanted the action SendMessage, got ${action}`)
  const MessageBody = form.get('MessageBody') ?? ''
  const command = new SendMessageCommand({ QueueUrl: queue.url, MessageBody })
  const { MessageId } = await queue.client.send(command)
  const md5 = createHash('md5').update(MessageBody).digest('hex')
  return `<SendMessageResponse><SendMessageResult><MD5OfMessageBody>${md5}</MD5OfMessageBody><MessageId>${MessageId}</MessageId></SendMessageResult><ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></SendMessageResponse>`
}
