import { createS3Backend, createStorage, type Storage } from '@millrace/storage'
import { atOnce, createStoreModel, storeClient, type StoreModel } from '@millrace/testing'
import { beforeEach, expect, test } from 'vitest'
import { type FencedFiles, fenced, OvertakenError } from './fence.ts'
import { never } from './test-data.fixture.ts'

const RESULT = 's3://results/scores.csv'
const MANIFEST = 's3://results/scores.csv.manifest.json'

let store: StoreModel
/** Every request to the store and every question whether we may write, as it happens. */
let log: string[]
let ours: boolean
/** What happens before a request arrives, and once it is done; the first of its verb takes it. */
let before: Map<string, () => Promise<void>>
let after: Map<string, () => Promise<void>>
let storage: Storage
let files: FencedFiles

beforeEach(() => {
  store = createStoreModel()
  log = []
  ours = true
  before = new Map()
  after = new Map()
  const model = storeClient(store, atOnce)
  const send = async (command: { constructor: { name: string }; input: { Key?: string } }) => {
    const verb = command.constructor.name.replace('Command', '')
    const take = async (hooks: typeof before): Promise<void> => {
      const hook = hooks.get(verb)
      hooks.delete(verb)
      await hook?.()
    }
    await take(before)
    log.push(`${verb} ${command.input.Key}`)
    const answer = await model.send(command as never)
    await take(after)
    return answer
  }
  const clock = { now: () => 0, random: () => 0, pause: async () => {} }
  const client = { send } as unknown as typeof model
  storage = createStorage({ s3: createS3Backend(client, 'sdk', clock) })
  files = fenced(storage, async () => {
    log.push('may we?')
    return ours
  })
})

const text = (uri: string): string | undefined =>
  store.object(uri.slice('s3://'.length))?.bytes.toString()

async function open(uri: string, content: string | Uint8Array) {
  const writer = await files.createWriter(uri, never)
  await writer.write(Buffer.from(content))
  return writer
}

/** Somebody else, who looks at nothing. */
const otherWrites = async (uri: string, content: string): Promise<void> =>
  void (await storage.writeDocument(uri, Buffer.from(content), {}, never))

/** The job has ended by another hand, and a retry of it has written into the same place. */
const retryWrites = (uri: string) => async (): Promise<void> => {
  ours = false
  await otherWrites(uri, 'of the retry')
}

const LARGE = 9 * 1024 * 1024

test('it is asked between the look at what lies there and each write, and not before', async () => {
  const [result, manifest] = [await open(RESULT, '0.5'), await open(MANIFEST, '{}')]
  await otherWrites('s3://results/errors.csv', 'of an earlier result')
  await result.commit()
  await files.remove('s3://results/errors.csv', never)
  await manifest.commit()
  expect(log).toEqual([
    'HeadObject scores.csv',
    'HeadObject scores.csv.manifest.json',
    'PutObject errors.csv',
    'may we?',
    'PutObject scores.csv',
    'HeadObject errors.csv',
    'may we?',
    'DeleteObject errors.csv',
    'may we?',
    'PutObject scores.csv.manifest.json',
  ])
  expect([...store.places()]).toEqual(['results/scores.csv', 'results/scores.csv.manifest.json'])
})

test('whoever is overtaken between two files makes no more of them visible, and can let go of them', async () => {
  await otherWrites('s3://results/errors.csv', 'of an earlier result')
  const [result, manifest] = [await open(RESULT, '0.5'), await open(MANIFEST, '{}')]
  await result.commit()
  ours = false
  await expect(manifest.commit()).rejects.toBeInstanceOf(OvertakenError)
  await expect(files.remove('s3://results/errors.csv', never)).rejects.toThrow(
    'write s3://results/errors.csv: another has taken over',
  )
  await manifest.abort()
  expect([...store.places()]).toEqual(['results/errors.csv', 'results/scores.csv'])
})

test.for([
  ['a file', 'PutObject', 'of the job'],
  ['an upload', 'CompleteMultipartUpload', Buffer.alloc(LARGE)],
] as const)(
  '%s that arrives when a retry has written there is refused',
  async ([, verb, content]) => {
    for (const earlier of [undefined, 'an earlier result']) {
      ours = true
      if (earlier !== undefined) await otherWrites(RESULT, earlier)
      const writer = await open(RESULT, content)
      before.set(verb, retryWrites(RESULT))
      await expect(writer.commit()).rejects.toBeInstanceOf(OvertakenError)
      expect(text(RESULT)).toBe('of the retry')
      await writer.abort()
    }
  },
)

test('a removal that arrives when a retry has written there is refused', async () => {
  await otherWrites(RESULT, 'of an earlier result')
  before.set('DeleteObject', retryWrites(RESULT))
  await expect(files.remove(RESULT, never)).rejects.toBeInstanceOf(OvertakenError)
  expect(text(RESULT)).toBe('of the retry')
})

test('whoever still may writes over what has come in between', async () => {
  const [result, manifest] = [await open(RESULT, '0.5'), await open(MANIFEST, Buffer.alloc(LARGE))]
  await otherWrites(RESULT, 'of one who has lost the lease')
  await otherWrites(MANIFEST, 'of one who has lost the lease')
  await result.commit()
  await manifest.commit()
  expect(text(RESULT)).toBe('0.5')
  expect(text(MANIFEST)).toHaveLength(LARGE)
  await otherWrites(RESULT, 'an earlier result')
  before.set('DeleteObject', () => otherWrites(RESULT, 'of one who has lost the lease'))
  await files.remove(RESULT, never)
  expect(text(RESULT)).toBe(undefined)
})

test.for([
  ['a file', 'PutObject', 'of the job'],
  ['an upload', 'CompleteMultipartUpload', 'x'.repeat(LARGE)],
] as const)('%s is there once, though its answer is lost', async ([, verb, content]) => {
  const reset = Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' })
  for (const earlier of [undefined, 'an earlier result']) {
    if (earlier !== undefined) await otherWrites(RESULT, earlier)
    const writer = await open(RESULT, content)
    after.set(verb, () => Promise.reject(reset))
    await writer.commit()
    expect(text(RESULT)).toBe(content)
  }
})

test('it knows whether what it has left there is there still', async () => {
  await otherWrites(MANIFEST, 'of an earlier result')
  await (await open(RESULT, '0.5')).commit()
  await files.remove(MANIFEST, never)
  const left = () => Promise.all([RESULT, MANIFEST].map((uri) => files.isAsLeft(uri, never)))
  expect(await left()).toEqual([true, true])
  await otherWrites(RESULT, '0.6')
  await otherWrites(MANIFEST, 'of another result')
  expect(await left()).toEqual([false, false])
})

test('it gives up where others write without end', async () => {
  let others = 0
  const crowded = fenced(storage, async () => {
    others += 1
    await otherWrites(RESULT, `${others}`)
    return true
  })
  const writer = await crowded.createWriter(RESULT, never)
  await writer.write(Buffer.from('0.5'))
  await expect(writer.commit()).rejects.toMatchObject({ code: 'conflict', uri: RESULT })
  expect(text(RESULT)).toBe('10')
})
