import { describe, expect, test } from 'vitest'
import type { MessageCalls } from '../calls/message-calls.ts'
import type { Queue } from '../calls/queue.ts'
import { QueueError } from '../calls/queue-error.ts'
import type { Disposition } from '../calls/received.ts'
import { settleMessage } from './settle-message.ts'

const down = new QueueError('unreachable', 'no answer')

/** Calls that are noted; those named fail. */
function settling(failing: readonly (keyof MessageCalls)[] = []) {
  const made: string[] = []
  const call = (name: keyof MessageCalls) => async (_: unknown, argument?: string | number) => {
    made.push(argument === undefined ? name : `${name} ${argument}`)
    return failing.includes(name) ? down : undefined
  }
  const calls: MessageCalls = {
    remove: call('remove'),
    extend: call('extend'),
    release: call('release'),
    copy: call('copy'),
    deadLetter: async (_, message, { code }) => call('deadLetter')(message, code),
    flush: async () => {},
  }
  return { made, calls }
}

const message = { Body: 'b', Attributes: { ApproximateReceiveCount: '3' } }
const deadLetter = { url: 'http://queue/1/dlq' } as Queue
const deps = { deadLetter, random: () => 0 }
const poison: Disposition = { kind: 'dead_letter', code: 'not_json', reason: 'no' }

describe('settling', () => {
  test.for<{ disposition: Disposition; kind: string; made: string[] }>([
    { disposition: { kind: 'acknowledge' }, kind: 'acknowledged', made: ['remove'] },
    { disposition: { kind: 'release', delaySeconds: 7 }, kind: 'released', made: ['release 7'] },
    { disposition: { kind: 'requeue' }, kind: 'requeued', made: ['copy 0', 'remove'] },
    { disposition: poison, kind: 'dead_lettered', made: ['deadLetter not_json', 'remove'] },
  ])('with $disposition.kind, ends $kind', async ({ disposition, kind, made }) => {
    const { calls, made: did } = settling()
    expect(await settleMessage(message, disposition, { ...deps, calls })).toEqual({ kind })
    expect(did).toEqual(made)
  })

  test('without a delay, releases by attempt with jitter', async () => {
    const seconds = async (attempt: number, random: () => number) => {
      const { calls, made } = settling()
      const given = { Attributes: { ApproximateReceiveCount: String(attempt) } }
      await settleMessage(given, { kind: 'release' }, { deadLetter, calls, random })
      return made[0]
    }
    expect(await seconds(1, () => 0)).toBe('release 1')
    expect(await seconds(1, () => 0.99)).toBe('release 2')
    expect(await seconds(3, () => 0)).toBe('release 4')
    expect(await seconds(40, () => 0.99)).toBe('release 299')
  })

  test('when the copy fails, releases and deletes nothing', async () => {
    const { calls, made } = settling(['copy'])
    const settlement = await settleMessage(message, { kind: 'requeue' }, { ...deps, calls })
    expect(settlement).toEqual({ kind: 'released', error: down })
    expect(made).toEqual(['copy 0', 'release 4'])
  })

  test('when the dead-letter queue fails, releases and deletes nothing', async () => {
    const { calls, made } = settling(['deadLetter'])
    const settlement = await settleMessage(message, poison, { ...deps, calls })
    expect(settlement).toEqual({ kind: 'released', error: down })
    expect(made).not.toContain('remove')
  })

  test('without a dead-letter queue, releases and says why', async () => {
    const { calls, made } = settling()
    const without = { ...deps, deadLetter: undefined, calls }
    const settlement = await settleMessage(message, poison, without)
    expect(settlement).toMatchObject({ kind: 'released', error: { code: 'rejected' } })
    expect(made).toEqual(['release 4'])
  })

  test.for<Disposition>([{ kind: 'acknowledge' }, { kind: 'release' }])(
    'when the call for $kind fails, leaves the message to its visibility',
    async (disposition) => {
      const { calls } = settling(['remove', 'release'])
      const settlement = await settleMessage(message, disposition, { ...deps, calls })
      expect(settlement).toEqual({ kind: 'left', error: down })
    },
  )
})
