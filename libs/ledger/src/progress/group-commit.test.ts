import { expect, test } from 'vitest'
import { createGroupCommit } from './group-commit.ts'

/** Writes that the test ends one by one. */
function heldWrites() {
  const groups: { entries: readonly number[]; signal: AbortSignal }[] = []
  const ends: PromiseWithResolvers<string>[] = []
  const commit = createGroupCommit<number, string>((entries, signal) => {
    groups.push({ entries, signal })
    const end = Promise.withResolvers<string>()
    ends.push(end)
    return end.promise
  })
  return { commit, groups, ends }
}

const never = new AbortController().signal
const turn = () => new Promise((resolve) => setImmediate(resolve))

test('entries added during a write go together in the next', async () => {
  const { commit, groups, ends } = heldWrites()
  const results = [1, 2, 3].map((entry) => commit.add('key', entry, never))
  ends[0]?.resolve('first')
  await turn()
  ends[1]?.resolve('second')

  expect(await Promise.all(results)).toEqual(['first', 'second', 'second'])
  expect(groups.map(({ entries }) => entries)).toEqual([[1], [2, 3]])
})

test('other keys do not wait for each other', () => {
  const { commit, groups } = heldWrites()
  void commit.add('a', 1, never)
  void commit.add('b', 2, never)

  expect(groups).toHaveLength(2)
})

test('after its writes have ended, a key begins anew', async () => {
  const { commit, groups, ends } = heldWrites()
  const first = commit.add('key', 1, never)
  ends[0]?.resolve('done')
  await first
  await turn()
  void commit.add('key', 2, never)

  expect(groups.map(({ entries }) => entries)).toEqual([[1], [2]])
})

test('a failed write fails its own group and not the next', async () => {
  const { commit, ends } = heldWrites()
  const first = commit.add('key', 1, never)
  const second = commit.add('key', 2, never)
  ends[0]?.reject(new Error('throttled'))

  await expect(first).rejects.toThrow('throttled')
  await turn()
  ends[1]?.resolve('done')
  expect(await second).toBe('done')
})

test('one that gives up leaves the write to the others', async () => {
  const { commit, groups, ends } = heldWrites()
  const blocker = commit.add('key', 0, never)
  const giveUp = new AbortController()
  const impatient = commit.add('key', 1, giveUp.signal)
  const patient = commit.add('key', 2, never)
  ends[0]?.resolve('')
  await blocker
  await turn()
  giveUp.abort(new Error('drained'))

  await expect(impatient).rejects.toThrow('drained')
  expect(groups[1]?.signal.aborted).toBe(false)
  ends[1]?.resolve('done')
  expect(await patient).toBe('done')
})

test('one that gives up while it waits for its turn is told at once', async () => {
  const { commit, groups, ends } = heldWrites()
  const blocker = commit.add('key', 0, never)
  const giveUp = new AbortController()
  const impatient = commit.add('key', 1, giveUp.signal)
  giveUp.abort(new Error('drained'))
  await expect(impatient).rejects.toThrow('drained')

  ends[0]?.resolve('done')
  expect(await blocker).toBe('done')
  await turn()
  expect(groups).toHaveLength(1)
})

test('when all have given up, the write is aborted', async () => {
  const { commit, groups } = heldWrites()
  const giveUp = new AbortController()
  const only = commit.add('key', 1, giveUp.signal)
  giveUp.abort(new Error('drained'))

  await expect(only).rejects.toThrow('drained')
  expect(groups[0]?.signal.reason).toEqual(new Error('drained'))
})

test('one that gave up before its turn is not written', async () => {
  const { commit, groups, ends } = heldWrites()
  const blocker = commit.add('key', 0, never)
  const late = commit.add('key', 1, AbortSignal.abort(new Error('drained')))
  late.catch(() => {})
  ends[0]?.resolve('')
  await blocker

  await expect(late).rejects.toThrow('drained')
  expect(groups).toHaveLength(1)
})
