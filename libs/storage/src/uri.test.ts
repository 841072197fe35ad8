import { describe, expect, test } from 'vitest'
import { fileUri, placeOf, resolveUri } from './uri.ts'

describe('a place', () => {
  test.for([
    ['s3://bucket/a b%20c?d#e', { kind: 's3', bucket: 'bucket', key: 'a b%20c?d#e' }],
    ['s3://bucket/', { kind: 's3', bucket: 'bucket', key: '' }],
    ['s3://my.bucket-1//a/', { kind: 's3', bucket: 'my.bucket-1', key: '/a/' }],
    ['file:///data/a%20b.csv', { kind: 'file', path: '/data/a b.csv' }],
    ['file:///data/', { kind: 'file', path: '/data/' }],
  ] as const)('%s is read', ([uri, place]) => {
    expect(placeOf(uri)).toEqual(place)
  })

  test.for([
    's3://bucket',
    's3://UPPER/key',
    's3://b/key',
    'S3://bucket/key',
    'https://bucket/key',
    'data.csv',
    '/data.csv',
    'file:data.csv',
    'file://host/data.csv',
    'file:///data?.csv',
    'file:///data#1.csv',
    'file:///a%2Fb',
    'file:///%zz',
    'file:///tmp/%00x.csv',
    '',
  ])('%j is refused', (uri) => {
    expect(() => placeOf(uri)).toThrow(expect.objectContaining({ code: 'uri_invalid', uri }))
  })

  test('of a file comes back from its URI', () => {
    const path = '/a b/%41/ü?#;&=+.csv'
    expect(placeOf(fileUri(path))).toEqual({ kind: 'file', path })
  })
})

describe('a name below a folder', () => {
  test.for([
    ['s3://bucket/jobs/', 'plan/000001.bin', 's3://bucket/jobs/plan/000001.bin'],
    ['s3://bucket/jobs', 'a b', 's3://bucket/jobs/a b'],
    ['s3://bucket/', 'a', 's3://bucket/a'],
    ['file:///jobs/', 'a b?/ü#', 'file:///jobs/a%20b%3F/%C3%BC%23'],
    ['file:///jobs', '100%', 'file:///jobs/100%25'],
    ['file:///jobs', '..a/b..', 'file:///jobs/..a/b..'],
  ] as const)('%s + %s is joined', ([base, name, uri]) => {
    expect(resolveUri(base, name)).toBe(uri)
  })

  test.for([
    '',
    '.',
    '..',
    '../a',
    'a/../../b',
    'a/..',
    './a',
    '/a',
    '//a',
    'a//b',
    'a/',
    'a\\..\\b',
    '..\\a',
    '%2e%2e/a',
    'a%2F..%2fb',
    '%252e%252e/a',
    'a%5cb',
    'a\0b',
    'a\nb',
    'a%00b',
  ])('%j is refused in S3 and in folders', (name) => {
    for (const base of ['s3://bucket/jobs/', 'file:///jobs/']) {
      expect(() => resolveUri(base, name)).toThrow(expect.objectContaining({ code: 'uri_invalid' }))
    }
  })
})
