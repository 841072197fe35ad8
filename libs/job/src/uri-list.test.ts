import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodeUriList, encodeUriList } from './uri-list.ts'

test('a comma in a URI separates nothing', () => {
  const uris = ['file:///data/jan,feb.csv', 's3://b/run=1,seg=2/']
  const text = encodeUriList(uris)
  expect(text).toBe('file:///data/jan%2Cfeb.csv,s3://b/run=1%2Cseg=2/')
  expect(decodeUriList(text)).toEqual(uris)
})

test('what reads like a comma that is encoded comes back as it was', () => {
  const uris = ['s3://b/a%2Cb', 's3://b/a%2cb', 's3://b/a%252Cb', 'file:///a%2525b', 's3://b/%25']
  expect(encodeUriList(uris.slice(0, 3))).toBe('s3://b/a%252Cb,s3://b/a%252cb,s3://b/a%25252Cb')
  expect(decodeUriList(encodeUriList(uris))).toEqual(uris)
})

test('any URIs come back', () => {
  const uri = fc.string({ unit: fc.constantFrom(',', '%', '2', '5', 'c', 'C', 'a', '/') })
  fc.assert(
    fc.property(fc.array(uri, { minLength: 1 }), (uris) => {
      expect(decodeUriList(encodeUriList(uris))).toEqual(uris)
    }),
  )
})

test('a list as a person writes it may have spaces, and percents that are no comma', () => {
  expect(decodeUriList(' s3://data/ , file:///my%20data/')).toEqual([
    's3://data/',
    'file:///my%20data/',
  ])
})
