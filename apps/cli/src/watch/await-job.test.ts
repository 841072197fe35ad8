import { jobIdOf } from '@millrace/job'
import { expect, test } from 'vitest'
import { never } from '../test-data.fixture.ts'
import { createJobWait } from './await-job.ts'

const jobId = jobIdOf('asked')
const MINUTE_MS = 60_000

/** A wait that is asked every two seconds, as by `watch`, of a request that is refused then or never. */
function createScene({ refusedAtMs = Infinity, before = '', near = '' } = {}) {
  const notes: string[] = []
  const looks: number[] = []
  let atMs = 0
  const findRefusal = async () => {
    looks.push(atMs)
    if (atMs < refusedAtMs) return undefined
    const refusal = { code: 'request_refused', reason: 's3://theirs/ is not allowed' }
    return before === '' ? refusal : { ...refusal, before }
  }
  const note = (text: string) => void notes.push(text)
  const notYet = createJobWait(
    {
      findRefusal,
      ...(near !== '' && { findNear: async () => near }),
      note,
      now: () => atMs,
    },
    jobId,
  )
  const waitUntil = async (endMs: number): Promise<void> => {
    for (; atMs < endMs; atMs += 2_000) await notYet(never)
  }
  return { notes, looks, waitUntil }
}

test('a producer that is awake is waited for without a word', async () => {
  const { notes, looks, waitUntil } = createScene()
  await waitUntil(5_000)
  expect([notes, looks]).toEqual([[], []])
})

test('after a few seconds it says once what is waited for, and how long', async () => {
  const { notes, waitUntil } = createScene()
  await waitUntil(10 * MINUTE_MS)
  expect(notes).toEqual([
    'no such job yet: waiting for the producer, for 30 minutes at most: one that sleeps takes some minutes to wake',
  ])
})

test('of a name that is like another, it says which may be meant', async () => {
  const { notes, waitUntil } = createScene({ near: 'j-12' })
  await waitUntil(10 * MINUTE_MS)
  expect(notes).toEqual([
    `did you mean j-12? There is no ${jobId}`,
    expect.stringMatching(/^no such job yet/),
  ])
})

test('a request that was set aside ends the wait with its reason', async () => {
  const { notes, waitUntil } = createScene({ refusedAtMs: 1_000 })
  await expect(waitUntil(MINUTE_MS)).rejects.toMatchObject({
    message: `${jobId}: its request was set aside: s3://theirs/ is not allowed (request_refused)`,
    hint: expect.stringContaining(`millrace dlq show ${jobId} --queue jobs`),
    exitCode: 1,
  })
  expect(notes).toEqual([])
})

test('a request that was set aside before is told at once, and another one waited for', async () => {
  const { notes, waitUntil } = createScene({ refusedAtMs: 0, before: '2026-11-30 12:00' })
  await waitUntil(6 * MINUTE_MS)
  expect(notes).toEqual([
    'no such job: its request of 2026-11-30 12:00 was set aside: s3://theirs/ is not allowed (request_refused); waiting for another one, for 6 minutes at most',
  ])
  await expect(waitUntil(8 * MINUTE_MS)).rejects.toMatchObject({
    message: `${jobId}: its request was set aside: s3://theirs/ is not allowed (request_refused)`,
  })
})

test('it looks for a refusal ever more seldom, and once a minute at least', async () => {
  const { looks, waitUntil } = createScene()
  await waitUntil(5 * MINUTE_MS)
  expect(looks.map((ms) => ms / 1_000)).toEqual([6, 12, 24, 48, 96, 156, 216, 276])
})

test('after half an hour it gives up, and says where to look', async () => {
  const { looks, waitUntil } = createScene()
  await waitUntil(29 * MINUTE_MS)
  await expect(waitUntil(32 * MINUTE_MS)).rejects.toMatchObject({
    message: `${jobId}: the producer has made no such job in 30 minutes`,
    hint: expect.stringMatching(/millrace doctor .* millrace dlq list/),
    exitCode: 1,
  })
  expect(looks.at(-1)).toBeGreaterThanOrEqual(30 * MINUTE_MS)
})
