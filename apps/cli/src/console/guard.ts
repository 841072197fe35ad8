import { timingSafeEqual } from 'node:crypto'
import type { ErrorAnswer } from '@millrace/console'
import type { MiddlewareHandler } from 'hono'

/*
 * A port of loopback is open to every user of the machine and to every page in their browsers. The page itself
 * tells nothing; for all else the key is wanted that the terminal has shown, and no other page can send it:
 * that takes a leave (CORS) that is never given.
 */

/** By a name of its own a foreign page could have its visitors' browsers ask 127.0.0.1 for it. */
export const refuseForeignHosts: MiddlewareHandler = async (context, next) => {
  const host = context.req.header('host') ?? ''
  const origin = context.req.header('origin')
  if (!/^(127\.0\.0\.1|localhost)(:\d+)?$/i.test(host)) {
    return context.json<ErrorAnswer>({ error: 'the host header does not name this machine' }, 403)
  }
  if (origin !== undefined && origin !== `http://${host}`) {
    return context.json<ErrorAnswer>({ error: 'requests of other pages are refused' }, 403)
  }
  return await next()
}

export function wantKey(key: string): MiddlewareHandler {
  return async (context, next) => {
    const [, given = ''] = /^Bearer (.+)$/.exec(context.req.header('authorization') ?? '') ?? []
    if (isSame(given, key)) return await next()
    const hint = 'open the address that millrace console has printed'
    return context.json<ErrorAnswer>(
      { error: 'the key is missing or not that of this console', hint },
      401,
    )
  }
}

function isSame(given: string, wanted: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(wanted)]
  return one.length === other.length && timingSafeEqual(one, other)
}

/** What comes of strangers is never taken for anything but text, and nothing is kept on a disk. */
export const sendSafely: MiddlewareHandler = async (context, next) => {
  await next()
  // The answer is another object by now than the one that the request began with.
  const { headers } = context.res
  headers.set('x-content-type-options', 'nosniff')
  headers.set('x-frame-options', 'DENY')
  headers.set('cross-origin-resource-policy', 'same-origin')
  headers.set('cache-control', 'no-store')
}
