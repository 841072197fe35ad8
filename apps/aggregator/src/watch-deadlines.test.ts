import type { Job } from '@millrace/job'
import { describe, expect, test } from 'vitest'
import { jobId, jobWith, never } from './test-data.fixture.ts'
import { watchDeadlines } from './watch-deadlines.ts'

const MINUTE = 60
/** Submitted at 0, begun after a minute, to have ended after three hours; 1,000 batches. */
const job = jobWith(
  { deadline: '3h' },
  { state: 'running', createdAt: 0, startedAt: MINUTE, plan: { batches: 1_000, rows: 1_000_000 } },
)

/** One process that looks now and then. `told` and `said` are what each look has told. */
function createWatch() {
  const world = { at: 0, taken: true as boolean | Error, said: [] as string[] }
  const watch = watchDeadlines({
    onStanding: (_, { standing, expectedAt }) =>
      void world.said.push(`${standing} ${expectedAt ?? '-'}`),
    tellAtRisk: async (_, { expectedAt }) => {
      if (world.taken instanceof Error) throw world.taken
      world.said.push(`tell ${expectedAt ?? '-'}`)
      return world.taken
    },
    epochSeconds: () => world.at,
  })
  const look = async (minute: number, recorded?: number, of: Job = job): Promise<string[]> => {
    world.at = minute * MINUTE
    world.said = []
    await watch.look(of, recorded, never)
    return world.said
  }
  return { world, watch, look }
}

test('a job that will have ended in time is not told', async () => {
  const { watch, look } = createWatch()
  // 10 batches a minute: 100 minutes in all.
  for (let minute = 1; minute <= 100; minute += 3) {
    expect(await look(minute, 10 * (minute - 1))).toEqual([])
  }
  expect(watch.atRisk()).toBe(0)
})

test('a job that will be late at its pace is told early, once', async () => {
  const { watch, look } = createWatch()
  // 4 batches a minute: 250 minutes in all, of which there are 179.
  expect(await look(4, 12)).toEqual([`at_risk ${251 * MINUTE}`, `tell ${251 * MINUTE}`])
  expect(watch.atRisk()).toBe(1)
  expect(await look(7, 24)).toEqual([])
})

test('what a job did long ago says nothing of its pace', async () => {
  const { look } = createWatch()
  // Fast for an hour, then the endpoint has become slow.
  for (let minute = 1; minute <= 61; minute += 3) await look(minute, 10 * (minute - 1))
  expect(await look(64, 601)).toEqual([])
  expect(await look(67, 602)).toEqual([])
  expect(await look(70, 603)).toEqual([])
  // 34 in the last quarter of an hour.
  const end = Math.ceil((73 + 396 / (34 / 15)) * MINUTE)
  expect(await look(73, 604)).toEqual([`at_risk ${end}`, `tell ${end}`])
})

test('while nothing moves, its end moves away from the pace that it had', async () => {
  const { look } = createWatch()
  for (let minute = 1; minute <= 61; minute += 3) await look(minute, 10 * (minute - 1))
  // 400 batches are left: forty minutes at ten a minute. They end in time until two hours and twenty have gone.
  const said: string[] = []
  for (let minute = 64; minute <= 181; minute += 3) {
    for (const text of await look(minute, 600)) said.push(`${minute}: ${text.split(' ')[0]}`)
  }
  expect(said).toEqual(['142: at_risk', '142: tell', '181: late'])
})

test('after an outage the pace is that of what moves again', async () => {
  const { look } = createWatch()
  for (let minute = 1; minute <= 61; minute += 3) await look(minute, 10 * (minute - 1))
  for (let minute = 64; minute <= 91; minute += 3) expect(await look(minute, 600)).toEqual([])
  // Forty minutes for what is left, as before the outage; half an hour of it counted, it would be late.
  for (let minute = 94; minute <= 121; minute += 3) {
    expect(await look(minute, 600 + 10 * (minute - 91))).toEqual([])
  }
})

test('a job that was sped up is in time after all, with some to spare', async () => {
  const { watch, look } = createWatch()
  await look(4, 12)
  expect(await look(20, 105)).toEqual([])
  expect(watch.atRisk()).toBe(1)
  expect(await look(23, 200)).toEqual([expect.stringMatching(/^on_course/)])
  expect(watch.atRisk()).toBe(0)
})

test('on the edge it is not told again and again', async () => {
  const { look } = createWatch()
  const standings: string[] = []
  // By turns a little too slow and a little too fast for 1,000 batches in 179 minutes.
  let recorded = 0
  for (let minute = 4; minute <= 100; minute += 3) {
    recorded += minute % 2 === 0 ? 16 : 17.5
    standings.push(...(await look(minute, recorded)))
  }
  expect(standings.filter((text) => !text.startsWith('tell'))).toHaveLength(1)
})

describe('a job of which nothing is recorded', () => {
  const waiting = jobWith({ deadline: '3h' }, { state: 'planning', createdAt: 0 })

  test('is at risk when half of its time is gone', async () => {
    const { look } = createWatch()
    expect(await look(3, 0, waiting)).toEqual([])
    expect(await look(90, 0, waiting)).toEqual([])
    expect(await look(93, 0, waiting)).toEqual(['at_risk -', 'tell -'])
  })

  test('is late when all of it is', async () => {
    const { look } = createWatch()
    expect(await look(180, 0, waiting)).toEqual(['late -', 'tell -'])
  })
})

test('a pause is no time in which it could have moved', async () => {
  const { look } = createWatch()
  for (let minute = 1; minute <= 16; minute += 3) await look(minute, 10 * (minute - 1))
  const paused: Job = { ...job, state: 'paused' }
  for (let minute = 19; minute <= 60; minute += 3)
    expect(await look(minute, undefined, paused)).toEqual([])
  expect(await look(61, 150)).toEqual([])
  expect(await look(64, 180)).toEqual([])
})

test('who resumes a job too late hears of it while it is paused', async () => {
  const { look } = createWatch()
  for (let minute = 1; minute <= 16; minute += 3) await look(minute, 10 * (minute - 1))
  const paused: Job = { ...job, state: 'paused' }
  // 850 batches are left: 85 minutes.
  expect(await look(95, undefined, paused)).toEqual([])
  expect(await look(96, undefined, paused)).toEqual([`at_risk ${181 * MINUTE}`, expect.anything()])
})

test('a deadline that was moved counts from the next look on', async () => {
  const { watch, look } = createWatch()
  await look(4, 12)
  const moved: Job = { ...job, adjusted: { deadline: 10 * 3_600 } }
  expect(await look(7, 24, moved)).toEqual([`on_course ${251 * MINUTE}`])
  expect(watch.atRisk()).toBe(0)
})

test.for([
  ['while another tells it', false],
  ['while nobody takes it', new Error('the bus is away')],
] as const)('%s, it is told at the next look again', async ([, taken]) => {
  const { world, look } = createWatch()
  world.taken = taken
  const [first] = await Promise.allSettled([look(4, 12)])
  expect(first.status).toBe(taken === false ? 'fulfilled' : 'rejected')
  world.taken = true
  expect(await look(7, 24)).toEqual([expect.stringMatching(/^tell/)])
  expect(await look(10, 36)).toEqual([])
})

test('a job without a deadline is none of its business, nor one that has ended', async () => {
  const { watch, look } = createWatch()
  expect(await look(1_000, 1, jobWith({}, { state: 'running', startedAt: 0 }))).toEqual([])
  await look(4, 12)
  watch.keep(new Set())
  expect(watch.atRisk()).toBe(0)
  watch.keep(new Set([jobId]))
  expect(watch.atRisk()).toBe(0)
})
