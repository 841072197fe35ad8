import { expect, test } from 'vitest'
import { classifyS3Failure } from './classify-failure.ts'

test.for([{ name: 'NotFound' }, { name: '' }])(
  'a HEAD that finds nothing (%j) says what to check',
  ({ name }) => {
    const $metadata = { httpStatusCode: 404, requestId: 'F37C' }
    const error = classifyS3Failure('pin', 's3://b/k', { name, message: 'UnknownError', $metadata })
    expect(error).toMatchObject({ code: 'object_missing', hint: expect.stringMatching(/^check /) })
    expect(error.message).toMatch(
      /^pin s3:\/\/b\/k: object_missing \(404( NotFound)? request F37C\)$/,
    )
  },
)

test.for([
  ['KMS.DisabledException', 400, 'key_unusable', true, /^enable the KMS key /],
  ['KMS.KMSInvalidStateException', 400, 'key_unusable', true, /^enable the KMS key /],
  ['KMS.NotFoundException', 400, 'access_denied', false, /^enable the KMS key /],
  ['AccessDenied', 403, 'access_denied', false, /^allow s3:GetObject/],
] as const)('%s (%i) is %s, an outage: %s', ([name, httpStatusCode, code, isOutage, hint]) => {
  const cause = { name, message: 'no', $metadata: { httpStatusCode } }
  const error = classifyS3Failure('read', 's3://b/k', cause)
  expect(error).toMatchObject({ code, isOutage, hint: expect.stringMatching(hint) })
})
