import { LedgerError } from '@millrace/ledger'
import { StorageError } from '@millrace/storage'
import { expect, test } from 'vitest'
import { failureOf } from './failure-of.ts'
import { OutputError } from './rows/output-error.ts'

test('a failure for good tells what to do about it, where something can be done', () => {
  const error = new OutputError('value_unfit', 'got a text', 'export the job again as csv')
  const message = 'write result: got a text — export the job again as csv'
  expect(failureOf(error)).toEqual({ code: 'value_unfit', message })
})

test.for<[string, Error, string | undefined]>([
  [
    'a changed dataset',
    new StorageError('object_changed', 'read', 's3://b/k', ''),
    'dataset_changed',
  ],
  ['a slow store', new StorageError('throttled', 'read', 's3://b/k', ''), undefined],
  ['a key that is off', new StorageError('key_unusable', 'write', 's3://b/k', ''), undefined],
  ['a lost upload', new StorageError('upload_lost', 'write', 's3://b/k', ''), undefined],
  ['an item of another hand', new LedgerError('item_corrupt', 'GetItem'), 'item_corrupt'],
  ['a ledger without room', new LedgerError('throttled', 'GetItem'), undefined],
  ['what nobody knows', new Error('?'), undefined],
])('%s ends a job, or does not', ([, error, code]) => {
  expect(failureOf(error)?.code).toBe(code)
})
