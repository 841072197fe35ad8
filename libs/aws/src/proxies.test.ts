import { expect, test } from 'vitest'
import { proxiesOf } from './proxies.ts'

test.for<[Record<string, string>, object | undefined]>([
  [{}, undefined],
  [{ NO_PROXY: '*' }, undefined],
  [
    { HTTPS_PROXY: 'http://p:1', no_proxy: 'x' },
    { https: 'http://p:1', no: 'x,localhost,127.0.0.1,[::1]' },
  ],
  [
    { https_proxy: 'http://small:1', HTTPS_PROXY: 'http://big:1' },
    { https: 'http://small:1', no: 'localhost,127.0.0.1,[::1]' },
  ],
])('reads proxies out of %j', ([env, expected]) => {
  expect(proxiesOf(env)).toEqual(expected)
})
