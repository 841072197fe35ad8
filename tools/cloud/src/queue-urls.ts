import type { buildApp } from 'fauxqs'

const ANSWERS_WITH_URLS = new Set([
  'AmazonSQS.CreateQueue',
  'AmazonSQS.GetQueueUrl',
  'AmazonSQS.ListQueues',
])

/**
 * fauxqs names queues `http://sqs.<region>.localhost:<port>/…`, which not every resolver knows.
 * This gives them the address that listens; fauxqs itself reads only the last part of the path.
 */
export function nameQueuesByAddress(app: ReturnType<typeof buildApp>): void {
  app.addHook('onSend', async (request, _reply, payload) => {
    const target = String(request.headers['x-amz-target'])
    if (!ANSWERS_WITH_URLS.has(target) || typeof payload !== 'string') return payload
    return payload.replaceAll(/http:\/\/sqs\.[^./]+\.localhost(?=[:/])/g, 'http://127.0.0.1')
  })
}
