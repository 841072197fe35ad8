import { describe, expect, test } from 'vitest'
import type { Backend } from './backend.ts'
import { type ManifestBounds, pinManifest } from './manifest.ts'

const signal = new AbortController().signal
const uri = 's3://bucket/lists/all.manifest'

const noRefusal = (): undefined => undefined

async function pin(
  document: string | undefined,
  { objectsMax = 100, refusal = noRefusal }: Partial<ManifestBounds> = {},
) {
  const backend: Pick<Backend, 'readDocument' | 'pinOne'> = {
    readDocument: async () => (document === undefined ? undefined : Buffer.from(document)),
    pinOne: async (object) => ({ uri: object, bytes: 1, version: '"1"' }),
  }
  return pinManifest(backend as Backend, uri, { objectsMax, refusal }, signal)
}

describe('a manifest', () => {
  test('joins prefix and names as they are, in its own order', async () => {
    const objects = await pin('[{"prefix": "s3://other/a"}, "z/2.csv", "/1.csv", "%2e?.csv"]')
    expect(objects.map((object) => object.uri)).toEqual([
      's3://other/az/2.csv',
      's3://other/a/1.csv',
      's3://other/a%2e?.csv',
    ])
  })

  test('may begin with a byte order mark', async () => {
    const [object] = await pin('\uFEFF[{"prefix": "s3://bucket/"}, "a.csv"]')
    expect(object?.uri).toBe('s3://bucket/a.csv')
  })

  test.for([
    ['that is no JSON', '{"prefix":', 'not JSON'],
    ['that is no list', '{"prefix": "s3://bucket/"}', 'wanted a JSON list'],
    ['without a prefix', '["1.csv"]', 'wanted {"prefix"'],
    ['that is empty', '[]', 'wanted {"prefix"'],
    ['that begins with null', '[null, "1.csv"]', 'wanted {"prefix"'],
    ['that names nothing', '[{"prefix": "s3://bucket/"}]', 'names no object'],
    ['with a number', '[{"prefix": "s3://bucket/"}, "a", 7]', 'entry 2: wanted a name, got 7'],
    ['with an empty name', '[{"prefix": "s3://bucket/a"}, ""]', 'entry 1: wanted a name'],
    [
      'with a name twice',
      '[{"prefix": "s3://bucket/"}, "a", "a"]',
      'entry 2: s3://bucket/a is named',
    ],
    ['with a folder', '[{"prefix": "s3://bucket/"}, "a/"]', 'entry 1: s3://bucket/a/ is a folder'],
    [
      'of local files in S3',
      '[{"prefix": "file:///etc/"}, "passwd"]',
      "outside the manifest's own",
    ],
    ['of a prefix without a scheme', '[{"prefix": "data/"}, "a"]', 'wanted s3://bucket/key'],
  ] as const)('%s is refused', async ([, document, message]) => {
    await expect(pin(document)).rejects.toThrow(message)
    await expect(pin(document)).rejects.toMatchObject({ code: 'manifest_invalid', uri })
  })

  test('of an object that may not be read is refused before any is looked at', async () => {
    const looked: string[] = []
    const backend: Pick<Backend, 'readDocument' | 'pinOne'> = {
      readDocument: async () => Buffer.from('[{"prefix": "s3://bucket/"}, "a/1", "b/2", "c/3"]'),
      pinOne: async (object) => {
        looked.push(object)
        return { uri: object, bytes: 1, version: '"1"' }
      },
    }
    const refusal = (object: string) =>
      object.includes('/b/') ? `${object} is not ours` : undefined
    const pinning = pinManifest(backend as Backend, uri, { objectsMax: 9, refusal }, signal)
    await expect(pinning).rejects.toMatchObject({
      code: 'manifest_invalid',
      message: `read manifest ${uri}: manifest_invalid (entry 2: s3://bucket/b/2 is not ours)`,
    })
    expect(looked).toEqual([])
  })

  test('that is not there is missing', async () => {
    await expect(pin(undefined)).rejects.toMatchObject({ code: 'object_missing', uri })
  })

  test('of more objects than allowed is too large', async () => {
    const pinning = pin('[{"prefix": "s3://bucket/"}, "a", "b", "c"]', { objectsMax: 2 })
    await expect(pinning).rejects.toMatchObject({ code: 'too_large' })
  })
})
