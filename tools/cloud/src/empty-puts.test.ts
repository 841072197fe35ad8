import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Cloud, startCloud } from './index.ts'

let cloud: Cloud

beforeAll(async () => {
  cloud = await startCloud({ buckets: ['data'] })
})
afterAll(async () => await cloud.close())

const signed = () => ({
  authorization: `AWS4-HMAC-SHA256 Credential=${cloud.credentials.accessKeyId}/20260101/us-east-1/s3/aws4_request`,
})

test.for([
  ['without a body', { headers: {} }],
  // Which says of what type the bytes are that are not there.
  ['of no bytes', { body: '', headers: { 'content-type': 'application/octet-stream' } }],
] as const)('a PUT %s stores an empty object', async ([, request], { task }) => {
  const url = `${cloud.env['AWS_ENDPOINT_URL_S3']}/data/${task.id}/_SUCCESS`
  const put = await fetch(url, {
    method: 'PUT',
    ...request,
    headers: { ...signed(), ...request.headers },
  })
  expect([put.status, await put.text()]).toEqual([200, ''])
  const get = await fetch(url, { headers: signed() })
  expect([get.status, await get.text()]).toEqual([200, ''])
})
