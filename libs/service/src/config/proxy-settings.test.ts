import { expect, test } from 'vitest'
import { z } from 'zod'
import { proxySettings } from './proxy-settings.ts'

const schema = z.object(proxySettings)

test.for([
  'http://proxy:3128',
  'HTTPS://me:hunter2@proxy',
  'http://proxy_host:3128/',
  'socks5://proxy:1080',
  '',
])('a proxy may be %j', (url) => {
  expect(schema.safeParse({ HTTPS_PROXY: url, http_proxy: url }).success).toBe(true)
})

test.for(['proxy:3128', '10.0.0.1:3128', 'me:hunter2@proxy:3128', 'proxy', 'ftp://proxy:21'])(
  'a proxy %j is refused in each variable',
  (url) => {
    for (const name of ['HTTP_PROXY', 'HTTPS_PROXY', 'http_proxy', 'https_proxy']) {
      expect(schema.safeParse({ [name]: url }).error?.issues).toMatchObject([{ path: [name] }])
    }
  },
)
