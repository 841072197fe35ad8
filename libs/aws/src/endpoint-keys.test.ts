import { expect, test } from 'vitest'
import { keyedEndpoint } from './endpoint-keys.ts'

const keys = { accessKeyId: 'id', secretAccessKey: 'a/b' }
const given = { accessKeyId: 'given', secretAccessKey: 'secret' }

test.for([
  ['http://id:a%2Fb@127.0.0.1:4566', undefined, 'http://127.0.0.1:4566', keys],
  ['http://id:a%2Fb@127.0.0.1:4566/base/', undefined, 'http://127.0.0.1:4566/base', keys],
  ['http://id:a%2Fb@127.0.0.1:4566', given, 'http://127.0.0.1:4566', keys],
  ['http://127.0.0.1:4566', undefined, 'http://127.0.0.1:4566', undefined],
  ['no URL', given, 'no URL', given],
  [undefined, undefined, undefined, undefined],
] as const)(
  'of the endpoint %s, given %o, takes the keys',
  ([url, more, endpointUrl, credentials]) => {
    expect(keyedEndpoint(url, more)).toEqual({ endpointUrl, credentials })
  },
)
