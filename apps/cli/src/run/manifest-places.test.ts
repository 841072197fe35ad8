import { expect, test } from 'vitest'
import { manifestPlaces } from './manifest-places.ts'

test.for([
  {
    of: 'objects of one folder',
    uris: ['s3://b/a/1.csv', 's3://b/a/2.csv'],
    places: ['s3://b/a/'],
  },
  { of: 'one object', uris: ['s3://b/a/1.csv'], places: ['s3://b/a/'] },
  {
    of: 'names that begin alike',
    uris: ['file:///d/jan-1', 'file:///d/jan-2'],
    places: ['file:///d/'],
  },
  { of: 'several folders', uris: ['s3://b/a/x/1', 's3://b/a/y/1'], places: ['s3://b/a/'] },
  { of: 'several buckets', uris: ['s3://one/1', 's3://two/1'], places: ['s3://'] },
  {
    of: 'a name with an encoded slash',
    uris: ['s3://b/a/1%2F2', 's3://b/a/3'],
    places: ['s3://b/a/', 's3://b/a/1%2F2'],
  },
])('of $of, allows $places', ({ uris, places }) => {
  expect(manifestPlaces(uris)).toEqual(places)
})
