import { placeOf } from '../uri.ts'

/** Bucket and key in the words of the S3 API. */
export function bucketAndKey(uri: string): { readonly Bucket: string; readonly Key: string } {
  const place = placeOf(uri)
  if (place.kind !== 's3') throw new Error(`not in S3: ${uri}`)
  return { Bucket: place.bucket, Key: place.key }
}
