import { expect, test } from 'vitest'
import { createStoreModel } from './store-model.ts'

test('an upload has an id of its own, though others have ended', () => {
  const store = createStoreModel()
  const at = { Bucket: 'b', Key: 'result.csv' }
  const begin = (): string => (store.createUpload(at) as { UploadId: string }).UploadId
  const [first, second] = [begin(), begin()]
  store.abortUpload({ ...at, UploadId: first })
  expect(begin()).not.toBe(second)
})
