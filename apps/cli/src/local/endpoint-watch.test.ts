import { appendFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { JobState } from '@millrace/job'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../test-data.fixture.ts'
import { createEndpointWatch } from './endpoint-watch.ts'

const expired = {
  ...{ code: 'credentials_expired', message: 'invoke churn: credentials_expired (ExpiredToken)' },
  ...{ hint: 'renew the credentials', retryable: false },
}
const unreachable = {
  ...{ code: 'endpoint_unreachable', message: 'invoke churn: endpoint_unreachable (ECONNREFUSED)' },
  retryable: true,
}
const MINUTE_MS = 60_000

/** A run that is looked at twice a second, with what its apps log meanwhile. */
async function startRun() {
  const logs = await temporaryFolder()
  const notes: string[] = []
  let atMs = 0
  const isAway = await createEndpointWatch({
    ...{ logs, apps: 'new', patienceMs: 5 * MINUTE_MS, now: () => atMs },
    note: (text) => void notes.push(text),
  })
  const log = async (name: string, facts: object): Promise<void> =>
    await appendFile(join(logs, `${name}.log`), `${JSON.stringify(facts)}\n`)
  const lookFor = async (ms: number, batches = 1, state: JobState = 'running') => {
    let waits = false
    for (const endMs = atMs + ms; atMs < endMs; atMs += 500)
      waits = await isAway({ state, batches })
    return waits
  }
  return {
    ...{ logs, notes, lookFor },
    away: async (error: object, name = 'consumer-1') =>
      await log(name, { level: 'warn', error, msg: 'endpoint does not answer' }),
    back: async () => await log('consumer-1', { level: 'info', msg: 'endpoint answers again' }),
    log,
  }
}

test('while nothing moves, the reason is noted once, and where to read on', async () => {
  const { logs, notes, lookFor, away } = await startRun()
  await away(expired)
  expect(await lookFor(4_000)).toBe(false)
  expect(await lookFor(20_000)).toBe(true)
  expect(notes).toEqual([
    `waiting for the endpoint: ${expired.message}; renew the credentials (see ${logs}/consumer-1.log)`,
  ])
})

test.for([
  ['something is recorded', async ({ lookFor }) => await lookFor(1_000, 2)],
  ['it answers again', async ({ back, lookFor }) => [await back(), await lookFor(2_000)].at(-1)],
] as const satisfies [string, (run: Awaited<ReturnType<typeof startRun>>) => Promise<unknown>][])(
  'when %s, it is noted that the wait is over',
  async ([, ends]) => {
    const run = await startRun()
    await run.away(unreachable)
    await run.lookFor(10_000)
    expect(await ends(run)).toBe(false)
    expect(run.notes.slice(1)).toEqual(['the endpoint answers again'])
  },
)

test('each other reason is noted, too', async () => {
  const { notes, lookFor, away } = await startRun()
  await away(unreachable)
  await lookFor(10_000)
  await away(expired)
  await lookFor(10_000)
  await away(unreachable)
  await lookFor(10_000)
  expect(notes.map((text) => text.split(' ')[6])).toEqual([
    'endpoint_unreachable',
    'credentials_expired',
  ])
})

test('while another consumer records, nothing is waited for', async () => {
  const { notes, lookFor, away } = await startRun()
  await away(unreachable, 'consumer-2')
  for (let batches = 1; batches < 9; batches += 1) expect(await lookFor(3_000, batches)).toBe(false)
  expect(notes).toEqual([])
})

test('a job that is slow waits for nothing', async () => {
  const { notes, lookFor, log } = await startRun()
  await log('consumer-1', { level: 'info', outcome: 'recorded', msg: 'batch done' })
  expect(await lookFor(MINUTE_MS)).toBe(false)
  expect(notes).toEqual([])
})

test('a paused job waits for nobody', async () => {
  const { lookFor, away } = await startRun()
  await away(expired)
  expect(await lookFor(9 * MINUTE_MS, 1, 'paused')).toBe(false)
})

test('a consumer that was started again has to meet the fault itself', async () => {
  const { lookFor, away, log } = await startRun()
  await away(unreachable)
  await log('consumer-1', { level: 'info', msg: 'service started' })
  expect(await lookFor(10_000)).toBe(false)
})

test('what a request was postponed for is noted until the job is planned', async () => {
  const { notes, lookFor, log } = await startRun()
  const request = { level: 'warn', msg: 'job request done' }
  const reason = 'invoke churn: model_not_ready (no capacity)'
  await log('producer', { ...request, outcome: 'postponed', reason })
  expect(await lookFor(10_000, 0, 'planning')).toBe(true)
  expect(notes).toEqual([expect.stringMatching(/^waiting for the endpoint: .* \(no capacity\) /)])
  await log('producer', { ...request, outcome: 'published' })
  expect(await lookFor(10_000, 0)).toBe(false)
})

test('what only a person mends ends the run after minutes, and says what continues it', async () => {
  const { lookFor, away } = await startRun()
  await away(expired)
  await lookFor(4.9 * MINUTE_MS)
  await expect(lookFor(MINUTE_MS)).rejects.toMatchObject({
    message: `for 5 minutes the endpoint has not answered: ${expired.message}`,
    hint: 'renew the credentials; then the same command continues',
    exitCode: 1,
  })
})

test('an endpoint that is merely out is waited for without an end', async () => {
  const { lookFor, away } = await startRun()
  await away(unreachable)
  expect(await lookFor(15 * MINUTE_MS)).toBe(true)
})

test('the words of an endpoint do not speak to the terminal, and are bounded', async () => {
  const { notes, lookFor, away } = await startRun()
  await away({ ...unreachable, message: `\u001b[31m${'x'.repeat(2_000)}` })
  await lookFor(10_000)
  expect(notes[0]).toMatch(/^waiting for the endpoint: \uFFFD\[31mx{295}… \(see /)
})
