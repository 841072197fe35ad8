import { createLimiters, type InvocationRequest, type Invoke } from '@millrace/invocation'
import { expect, test } from 'vitest'
import { scorePayload } from './score-payload.ts'
import { batch, jobId, never, openJobWith } from '../test-data.fixture.ts'

const now = (): number => performance.now()
/** No time passes. */
const untilAborted = (_: number, signal: AbortSignal): Promise<never> =>
  new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
  })

const payload = {
  body: Buffer.from('1,2,3\n4,5,6\n'),
  rows: 2,
  rowOffsets: () => Uint32Array.of(0, 6, 12),
}

/** Scores two rows; tells what was asked, and which way it went. */
async function scored(answer: string | Error, { isInTheWay = false } = {}) {
  const log: string[] = []
  const asked: InvocationRequest[] = []
  const invoke: Invoke = async (request) => {
    asked.push(request)
    if (answer instanceof Error) throw answer
    return { body: Buffer.from(answer), contentType: 'text/csv', durationMs: 1 }
  }
  const limiters = createLimiters({ concurrencyMax: 4, now })
  const deps = {
    limiters: { of: limiters.of, isInTheWay: () => isInTheWay },
    laneOf: (_: unknown, shared: ReturnType<typeof limiters.of>) => {
      log.push('lane')
      return shared
    },
    slots: {
      take: () => {
        log.push('slot taken')
        return { mayWait: () => true, giveBack: () => void log.push('slot given back') }
      },
    },
    witnessesOf: () => ({ next: async () => undefined, answered: () => {} }),
    scoring: { invoke, sleep: untilAborted, random: () => 0, now },
  }
  const outcome = await scorePayload(deps, openJobWith(), batch, payload, never).catch(
    (error: unknown) => error,
  )
  return { outcome, asked, log }
}

test('a payload is scored on the lane of its job, and holds a slot meanwhile', async () => {
  const { outcome, asked, log } = await scored('0.1\n0.2\n')
  expect(outcome).toMatchObject({ predictions: Buffer.from('0.1\n0.2'), failures: [] })
  expect(asked).toMatchObject([{ body: payload.body, inferenceId: `${jobId}-2` }])
  expect(log).toEqual(['lane', 'slot taken', 'slot given back'])
})

test('where it cannot be scored the slot is given back', async () => {
  const refused = new Error('a bug')
  const { outcome, log } = await scored(refused)
  expect(outcome).toBe(refused)
  expect(log.at(-1)).toBe('slot given back')
})

test('an endpoint that is gone takes no slot from others that have work', async () => {
  const { outcome, asked, log } = await scored('0.1\n0.2\n', { isInTheWay: true })
  expect(outcome).toMatchObject({ code: 'endpoint_outage', kind: 'throttle' })
  expect({ asked, log }).toEqual({ asked: [], log: [] })
})
