import { expect, test } from 'vitest'
import { OBJECT_BYTES_MAX } from './part-size.ts'
import type { S3Deps } from './send.ts'
import { createS3Writer } from './writer.ts'

test('what is larger than all parts together is refused, and told what to do', async () => {
  const writer = createS3Writer(
    {} as S3Deps,
    's3://results/scores.csv',
    new AbortController().signal,
  )
  const piece = { length: OBJECT_BYTES_MAX + 1 } as Uint8Array
  await expect(writer.write(piece)).rejects.toMatchObject({
    code: 'too_large',
    message: `write s3://results/scores.csv: too_large (more than ${OBJECT_BYTES_MAX} bytes)`,
    hint: expect.stringContaining('output.files: per_object'),
  })
})
