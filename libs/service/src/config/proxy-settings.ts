import { z } from 'zod'

/** What the client goes by; `proxy:3128` is a URL too, of the scheme `proxy`. */
const SCHEMES: ReadonlySet<string> = new Set(['http:', 'https:', 'socks:', 'socks5:'])

const proxy = z
  .string()
  .refine((text) => text === '' || SCHEMES.has(URL.parse(text)?.protocol ?? ''))
  .optional()
  .describe('the URL of a proxy with its scheme (http, https or socks5), or nothing for none')

/**
 * The usual names of proxies, to be spread into the schema of an app that invokes endpoints over the
 * internet; both spellings, for both are in use. AWS's own client for Node.js reads none of them.
 */
export const proxySettings = {
  HTTP_PROXY: proxy,
  HTTPS_PROXY: proxy,
  NO_PROXY: z.string().optional().describe('hosts that are reached without a proxy'),
  http_proxy: proxy,
  https_proxy: proxy,
  no_proxy: z.string().optional().describe('hosts that are reached without a proxy'),
}
