import { limits } from '@millrace/job'
import { expect, test } from 'vitest'
import { copyOf } from './copy-message.ts'
import { evidenceOf } from './evidence.ts'
import { bytesOf, fitted } from './publish.ts'
import type { Queue } from './queue.ts'

const queue = { url: 'http://queue/1/jobs' } as Queue

test('a reason that is cut within a character is text that SQS takes', () => {
  const before = 'x'.repeat(limits.failureMessageCharsMax - 1)
  const { reason } = evidenceOf({}, queue, { code: 'invalid', reason: `${before}😀 and more` })
  expect(reason).toBe(`${before}\uFFFD`)
})

test('of the largest body as much is set aside as there is room for beside the reason', () => {
  const Body = '😀'.repeat((1024 * 1024) / 4)
  const rejection = { code: 'too_large', reason: 'the body is over 128 KiB' }
  const entry = fitted(copyOf({ Body }, evidenceOf({}, queue, rejection)))
  expect(bytesOf(entry)).toBeLessThanOrEqual(1024 * 1024)
  expect(bytesOf(entry)).toBeGreaterThan(1024 * 1024 - 32)
  expect(entry.MessageBody?.isWellFormed()).toBe(true)
  expect(entry.MessageAttributes?.['code']?.StringValue).toBe('too_large')
})
