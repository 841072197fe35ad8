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

/** One process that looks now and then; answers what each look has told. */
function createWatch() {
  const world = { at: 0, taken: true as boolean | Error, said: [] as string[] }
  const watch = watchDeadlines({
    onStanding: (_, { standing, expectedAt }) =>
      void world.said.push(`${standing} ${expectedAt === undefined ? '-' : expectedAt / MINUTE}`),
    tellAtRisk: async (_, { expectedAt }) => {
      if (world.taken instanceof Error) throw world.taken
      world.said.push(`tell ${expectedAt === undefined ? '-' : expectedAt / MINUTE}`)
      return world.taken
    },
    epochSeconds: () => world.at,
  })
  const look = async (minute: number, recorded: number, of: Job = job): Promise<string[]> => {
    world.at = minute * MINUTE
    world.said = []
    await watch.look(of, recorded, never)
    return world.said
  }
  /** Looks each three minutes; what was said, with its minute. */
  const looks = async (
    from: number,
    to: number,
    recorded: (minute: number) => number,
    of: Job = job,
  ): Promise<string[]> => {
    const all: string[] = []
    for (let minute = from; minute <= to; minute += 3) {
      for (const text of await look(minute, recorded(minute), of)) all.push(`${minute}: ${text}`)
    }
    return all
  }
  /** Looks at these seconds at a job of which nothing is recorded. */
  const looksAt = async (seconds: readonly number[], of: Job): Promise<string[]> => {
    const all: string[] = []
    for (const at of seconds) {
      for (const text of await look(at / MINUTE, 0, of)) all.push(`${at}: ${text}`)
    }
    return all
  }
  return { world, watch, look, looks, looksAt }
}

const tenAMinute = (minute: number): number => 10 * (minute - 1)

test('a job that will have ended in time is not told', async () => {
  const { watch, looks } = createWatch()
  expect(await looks(1, 100, tenAMinute)).toEqual([])
  expect(watch.atRisk()).toBe(0)
})

test('a job that will be late at its pace is told early, once', async () => {
  const { watch, looks } = createWatch()
  // 4 batches a minute: 250 minutes in all, of which there are 179.
  const said = await looks(4, 60, (minute) => 4 * (minute - 1))
  expect(said).toEqual(['7: at_risk 251', '7: tell 251'])
  expect(watch.atRisk()).toBe(1)
})

test('a fleet that wakes up is not taken for a slow one', async () => {
  const { looks } = createWatch()
  // The first batch after three minutes, then fast enough.
  const said = await looks(4, 90, (minute) => (minute === 4 ? 3 : 3 + 9 * (minute - 4)))
  expect(said).toEqual([])
})

test('what a job did long ago says nothing of its pace', async () => {
  const { looks } = createWatch()
  // Fast for an hour, then the endpoint has become slow.
  await looks(1, 61, tenAMinute)
  const said = await looks(64, 90, (minute) => 600 + (minute - 61) / 3)
  // At 73 it says so for the first time: 34 batches in the last quarter of an hour.
  expect(said).toEqual([expect.stringMatching(/^76: at_risk/), expect.stringMatching(/^76: tell/)])
})

test('while nothing moves, its end moves away from the pace that it had', async () => {
  const { looks } = createWatch()
  await looks(1, 61, tenAMinute)
  // 400 batches are left: forty minutes at ten a minute. They end in time until two hours and twenty have gone.
  const said = await looks(64, 181, () => 600)
  expect(said).toEqual(['145: at_risk 185', '145: tell 185', '181: late 221'])
})

test('after a long outage the pace is that of what moves again', async () => {
  const { looks } = createWatch()
  await looks(1, 61, tenAMinute)
  expect(await looks(64, 91, () => 600)).toEqual([])
  // Forty minutes for what is left, as before the outage; with the outage counted, it would be late.
  expect(await looks(94, 121, (minute) => 600 + 10 * (minute - 91))).toEqual([])
})

test('batches that come minutes apart are no outage', async () => {
  const { looks } = createWatch()
  const few: Job = { ...job, plan: { batches: 30, rows: 30_000 } }
  // One each seven minutes: 210 minutes in all.
  const [first] = await looks(7, 60, (minute) => Math.floor(minute / 7), few)
  expect(first).toMatch(/^(1\d|2\d): at_risk/)
})

test('a job that was sped up is in time after all, with some to spare', async () => {
  const { watch, look, looks } = createWatch()
  await looks(4, 10, (minute) => 4 * (minute - 1))
  expect(watch.atRisk()).toBe(1)
  expect(await look(20, 105)).toEqual([])
  expect(await look(23, 200)).toEqual([expect.stringMatching(/^on_course/)])
  expect(watch.atRisk()).toBe(0)
})

test('on the edge it is not told again and again', async () => {
  const { look } = createWatch()
  const standings: string[] = []
  // By turns a little too slow and a little too fast for 1,000 batches in 179 minutes.
  let recorded = 0
  for (let minute = 4; minute <= 100; minute += 3) {
    recorded += minute % 2 === 0 ? 16 : 17.3
    standings.push(...(await look(minute, recorded)))
  }
  expect(standings.filter((text) => !text.startsWith('tell'))).toHaveLength(1)
})

describe('a job without a pace', () => {
  const waiting = jobWith({ deadline: '3h' }, { state: 'planning', createdAt: 0 })

  test('of which nothing is recorded is at risk when half of its time is gone', async () => {
    const { looks } = createWatch()
    expect(await looks(3, 96, () => 0, waiting)).toEqual(['96: at_risk -', '96: tell -'])
  })

  test('whose plan is not whole is at risk when three quarters of it are', async () => {
    const { looks } = createWatch()
    const said = await looks(3, 141, (minute) => minute, waiting)
    expect(said).toEqual(['141: at_risk -', '141: tell -'])
  })

  test('is late when all of it is', async () => {
    const { look } = createWatch()
    expect(await look(180, 0, waiting)).toEqual(['late -', 'tell -'])
  })
})

describe('a process that begins in the middle', () => {
  test('of an outage goes by the mean until then', async () => {
    const { looks } = createWatch()
    // 600 batches in a hundred minutes; 67 minutes for the others.
    const said = await looks(100, 124, () => 600)
    expect(said).toEqual([expect.stringMatching(/^11\d: at_risk/), expect.stringMatching(/: tell/)])
  })

  test('of a pause knows what is recorded', async () => {
    const { looks } = createWatch()
    expect(await looks(100, 124, () => 900, { ...job, state: 'paused' })).toEqual([])
  })
})

test('a pause is no time in which it could have moved', async () => {
  const { looks } = createWatch()
  await looks(1, 16, tenAMinute)
  expect(await looks(19, 60, () => 150, { ...job, state: 'paused' })).toEqual([])
  expect(await looks(61, 79, (minute) => 150 + 10 * (minute - 61))).toEqual([])
})

test('who resumes a job too late hears of it while it is paused', async () => {
  const { looks } = createWatch()
  await looks(1, 16, tenAMinute)
  // 850 batches are left: 85 minutes.
  const said = await looks(91, 100, () => 150, { ...job, state: 'paused' })
  expect(said).toEqual(['100: at_risk 185', '100: tell 185'])
})

test('while its result is written it is what it was before', async () => {
  const { watch, looks } = createWatch()
  const slow = (minute: number): number => 5 * (minute - 1)
  await looks(1, 175, slow)
  expect(watch.atRisk()).toBe(1)
  expect(await looks(178, 178, () => 1_000, { ...job, state: 'aggregating' })).toEqual([])
  expect(watch.atRisk()).toBe(1)
})

test('a deadline that is moved while the result is written is not missed', async () => {
  const { watch, look, looks } = createWatch()
  await looks(1, 175, (minute) => 5 * (minute - 1))
  const written: Job = { ...job, state: 'aggregating' }
  expect(await look(181, 1_000, written)).toEqual(['late 181'])
  const moved: Job = { ...written, adjusted: { deadline: 8 * 3_600 } }
  expect(await look(184, 1_000, moved)).toEqual(['on_course 184'])
  expect(watch.atRisk()).toBe(0)
})

test('of a deadline that was moved it is told again', async () => {
  const { watch, looks } = createWatch()
  const slow = (minute: number): number => 4 * (minute - 1)
  await looks(4, 10, slow)
  const moved = (hours: number): Job => ({ ...job, adjusted: { deadline: hours * 3_600 } })
  expect(await looks(13, 19, slow, moved(10))).toEqual(['13: on_course 251'])
  expect(watch.atRisk()).toBe(0)
  expect(await looks(22, 28, slow, moved(4))).toEqual(['25: at_risk 251', '25: tell 251'])
})

describe('a deadline that is moved to another', () => {
  const slow = (minute: number): number => 4 * (minute - 1)
  const moved = (hours: number): Job => ({ ...job, adjusted: { deadline: hours * 3_600 } })

  test('which is too soon as well, is told to be at risk at once', async () => {
    const { watch, looks } = createWatch()
    await looks(4, 10, slow)
    expect(await looks(13, 40, slow, moved(4))).toEqual(['13: at_risk 251', '13: tell 251'])
    expect(watch.atRisk()).toBe(1)
  })

  test('which is too soon as well, once the job is late', async () => {
    const { looks } = createWatch()
    await looks(1, 181, slow)
    expect(await looks(184, 200, slow, moved(4))).toEqual(['184: at_risk 251', '184: tell 251'])
  })

  test('is told to be kept once it is known when the job will have ended', async () => {
    const { watch, looks } = createWatch()
    await looks(81, 96, () => 0)
    expect(watch.atRisk()).toBe(1)
    // Nothing is recorded: not at risk for now.
    expect(await looks(99, 105, () => 0, moved(9))).toEqual([])
    expect(watch.atRisk()).toBe(0)
    expect(await looks(108, 120, (minute) => 9 * (minute - 105), moved(9))).toEqual([
      expect.stringMatching(/^1\d\d: on_course/),
    ])
  })
})

describe('a job with little time, looked at each half minute', () => {
  test.for([
    ['1m', [40], 40],
    ['4m', [25, 55, 85, 115, 145, 175, 205], 175],
  ] as const)('as %s, is told before it is late', async ([deadline, seconds, first]) => {
    const { looksAt } = createWatch()
    const short = jobWith({ deadline }, { state: 'planning', createdAt: 0 })
    expect(await looksAt(seconds, short)).toEqual([`${first}: at_risk -`, `${first}: tell -`])
  })

  test('is not at risk by one look while there is time for another', async () => {
    const { look } = createWatch()
    expect(await look(4, 3)).toEqual([])
    for (const minute of [4.5, 5, 5.5, 6, 6.5]) expect(await look(minute, 3)).toEqual([])
    expect(await look(7, 3)).toEqual([
      expect.stringMatching(/^at_risk/),
      expect.stringMatching(/^tell/),
    ])
  })
})

test.for([
  ['while another tells it', false],
  ['while nobody takes it', new Error('the bus is away')],
] as const)('%s, it is told at the next look again', async ([, taken]) => {
  const { world, look } = createWatch()
  await look(4, 12)
  world.taken = taken
  const [first] = await Promise.allSettled([look(7, 24)])
  expect(first.status).toBe(taken === false ? 'fulfilled' : 'rejected')
  world.taken = true
  expect(await look(10, 36)).toEqual([expect.stringMatching(/^tell/)])
  expect(await look(13, 48)).toEqual([])
})

test('a job without a deadline is none of its business, nor one that has ended', async () => {
  const { watch, look, looks } = createWatch()
  expect(await look(1_000, 1, jobWith({}, { state: 'running', startedAt: 0 }))).toEqual([])
  await looks(4, 10, (minute) => 4 * (minute - 1))
  expect(watch.atRisk()).toBe(1)
  watch.keep(new Set([jobId]))
  expect(watch.atRisk()).toBe(1)
  watch.keep(new Set())
  expect(watch.atRisk()).toBe(0)
})
