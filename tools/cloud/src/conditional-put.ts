import type { buildApp } from 'fauxqs'

/**
 * fauxqs takes `If-None-Match` and `If-Match` of a PUT and overwrites all the same, and of a HEAD it tells of whatever
 * lies there. S3 answers 412 when the condition does not hold, and 404 when `If-Match` meets no object. See
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
 */
export function honourConditionalPuts(app: ReturnType<typeof buildApp>): void {
  app.addHook('preHandler', async (request, reply) => {
    const { 'if-none-match': ifNoneMatch, 'if-match': ifMatch, host } = request.headers
    const isAsked = isWrite(request.method, request.url) || request.method === 'HEAD'
    if (!isAsked || (!ifNoneMatch && !ifMatch)) return
    const url = request.url.split('?')[0] ?? '/'
    const headers = { host: host ?? '', authorization: request.headers.authorization ?? '' }
    const head = await app.inject({ method: 'HEAD', url, headers })
    const refused = refusal(ifNoneMatch, ifMatch, {
      exists: head.statusCode === 200,
      etag: String(head.headers['etag']),
    })
    if (refused === undefined) return
    const error = `<Error><Code>${refused.code}</Code><Message>${refused.code}</Message></Error>`
    await reply
      .code(refused.status)
      .type('application/xml')
      .send(`<?xml version="1.0" encoding="UTF-8"?>${error}`)
  })
}

/** A PutObject, or the CompleteMultipartUpload that makes the object appear. */
function isWrite(method: string, url: string): boolean {
  return method === 'PUT' || (method === 'POST' && /[?&]uploadId=/.test(url))
}

function refusal(
  ifNoneMatch: string | undefined,
  ifMatch: string | undefined,
  object: { readonly exists: boolean; readonly etag: string },
): { readonly status: number; readonly code: string } | undefined {
  if (ifNoneMatch === '*' && object.exists) return { status: 412, code: 'PreconditionFailed' }
  if (ifMatch === undefined) return undefined
  if (!object.exists) return { status: 404, code: 'NoSuchKey' }
  return object.etag === ifMatch ? undefined : { status: 412, code: 'PreconditionFailed' }
}
