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

test('a key that is off or gone is told as such, which a status of 400 would not', () => {
  const answered = { message: 'is disabled.', $metadata: { httpStatusCode: 400 } }
  for (const name of ['KMS.DisabledException', 'KMS.KMSInvalidStateException']) {
    expect(classifyS3Failure('read', 's3://b/k', { name, ...answered })).toMatchObject({
      code: 'access_denied',
      hint: expect.stringMatching(/^enable the KMS key /),
    })
  }
})
