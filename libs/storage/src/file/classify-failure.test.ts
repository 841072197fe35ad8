import { expect, test } from 'vitest'
import type { StorageErrorCode } from '../storage-error.ts'
import { classifyFileFailure } from './classify-failure.ts'

// What no file system of a test machine can be brought to say.
test.for<[string, StorageErrorCode]>([
  ['ENOTSUP', 'unsupported'],
  ['EROFS', 'access_denied'],
  ['EDQUOT', 'no_space'],
  ['EFBIG', 'too_large'],
  ['ESTALE', 'object_changed'],
  ['ENFILE', 'unavailable'],
  ['EIO', 'unknown'],
])('calls %s %s and keeps the word of the system', ([errno, code]) => {
  const cause = Object.assign(new Error(`${errno}: link`), { code: errno })
  const error = classifyFileFailure('write', 'file:///data/result.csv', cause)
  expect(error).toMatchObject({ code, cause })
  expect(error.message).toContain(errno)
})
