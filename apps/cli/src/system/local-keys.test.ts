import { expect, test } from 'vitest'
import { isOfLocalCloud, localKeys, s3PlaceIn } from './local-keys.ts'

const local = { AWS_ACCESS_KEY_ID: 'local0a', AWS_SECRET_ACCESS_KEY: 'local' }
const account = { AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE', AWS_SECRET_ACCESS_KEY: 'secret' }
const credentials = { accessKeyId: 'local0a', secretAccessKey: 'local' }
const store = { AWS_ENDPOINT_URL_S3: 'http://127.0.0.1:1' }

test.for([
  ['a local cloud', local, true, { credentials }],
  ['an account', account, false, {}],
  ['nobody', {}, false, {}],
] as const)('keys of %s are told apart', ([, env, isLocal, keys]) => {
  expect(isOfLocalCloud(env)).toBe(isLocal)
  expect(localKeys(env)).toEqual(keys)
})

test.for([
  [
    'with a store of its own',
    { ...local, ...store },
    { endpoint: store.AWS_ENDPOINT_URL_S3, credentials },
  ],
  ['without one', local, { endpoint: undefined }],
] as const)('of a local cloud %s, S3 is given the key that it takes', ([, env, place]) => {
  expect(s3PlaceIn(env)).toEqual(place)
})
