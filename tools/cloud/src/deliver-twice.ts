import type { buildApp } from 'fauxqs'

const REPEAT_HEADER = 'x-millrace-repeat'
const PUBLISHING = new Set(['AmazonSQS.SendMessage', 'AmazonSQS.SendMessageBatch'])

/** Publishes each message once more, as a second message of its own, before the first. */
export function deliverTwice(app: ReturnType<typeof buildApp>): void {
  app.addHook('preHandler', async (request) => {
    const { headers } = request
    if (!PUBLISHING.has(String(headers['x-amz-target'])) || REPEAT_HEADER in headers) return
    const { 'content-length': _, ...rest } = headers
    await app.inject({
      method: 'POST',
      url: '/',
      headers: { ...rest, [REPEAT_HEADER]: '1' },
      payload: JSON.stringify(request.body),
    })
  })
}
