import { once } from 'node:events'
import { encodeCompletionMessage, jobIdOf } from '@millrace/job'
import { cancelJob } from '@millrace/ledger'
import { publish } from '@millrace/queue'
import { expect, test } from 'vitest'
import { startEventReceiver } from './support/event-receiver.ts'
import { flights } from './support/flights.ts'
import { BUCKET, type Fleet, startFleet } from './support/fleet.ts'
import { objectsOf } from './support/objects.ts'
import { messagesIn } from './support/until.ts'

const TOPIC = 'arn:aws:sns:us-east-1:123456789012:jobs'
const signal = AbortSignal.timeout(90_000)

const specOf = (data: string) => ({
  version: 1 as const,
  dataset: { uri: `s3://${BUCKET}/data/${data}.csv` },
  endpoint: { name: 'flights' },
  batching: { rows: 100 },
  output: { uri: `s3://${BUCKET}/results/${data}.csv` },
})

/** As `millrace cancel` does. */
async function cancel(fleet: Fleet, token: string): Promise<void> {
  const now = Math.floor(Date.now() / 1_000)
  await cancelJob(fleet.ledger, jobIdOf(token), { now }, signal)
  await publish(
    fleet.queues.completions,
    [{ body: encodeCompletionMessage(jobIdOf(token)) }],
    signal,
  )
}

/* The aggregator as a process, killed between the events that it tells. */
test('start, end, failure and cancelling are told once each, whoever is killed', async () => {
  await using receiver = await startEventReceiver()
  await using fleet = await startFleet()
  const told = (token: string, by = 'bus'): string[] =>
    receiver.received
      .filter((it) => it.by === by && it.event.clientToken === token)
      .map(({ event }) => event.state)
  const tells = (token: string, ...states: readonly string[]) =>
    expect.poll(() => told(token), { interval: 20 }).toEqual(states)
  const aggregator = () =>
    fleet.start('aggregator', {
      MILLRACE_EVENT_BUS: 'millrace-events',
      MILLRACE_EVENTS_TOPIC_ARN: TOPIC,
      AWS_ENDPOINT_URL_EVENTBRIDGE: receiver.url,
      AWS_ENDPOINT_URL_SNS: receiver.url,
      MILLRACE_VISIBILITY_SECONDS: '3',
      MILLRACE_RECEIVE_WAIT_SECONDS: '1',
    })
  await objectsOf(fleet).put('data/in.csv', `${flights.rows.slice(0, 400).join('\n')}\n`)
  await objectsOf(fleet).put('data/other.csv', `${flights.rows.slice(0, 200).join('\n')}\n`)

  const first = aggregator()
  fleet.start('producer')
  await fleet.submit('scored', specOf('in'))
  await fleet.submit('stopped', specOf('other'))
  await fleet.submit('absent', specOf('absent'))
  // No consumer runs: both jobs have begun, and cannot end.
  await tells('scored', 'running')
  await tells('stopped', 'running')
  await tells('absent', 'failed')

  // What was told is noted too: a completion is deleted last.
  await expect.poll(() => messagesIn(fleet.queues.completions)).toBe(0)
  const exit = once(first, 'exit')
  first.kill('SIGKILL')
  await exit
  await cancel(fleet, 'stopped')
  const consumer = fleet.start('consumer')
  aggregator()
  await tells('scored', 'running', 'succeeded')
  await tells('stopped', 'running', 'cancelled')
  expect((await fleet.ended('scored')).state).toBe('succeeded')

  // Whoever looks again tells nothing again.
  const exited = once(consumer, 'exit')
  consumer.kill('SIGTERM')
  await exited
  const looks = ['scored', 'stopped', 'absent'].map((token) => ({
    body: encodeCompletionMessage(jobIdOf(token)),
  }))
  await publish(fleet.queues.completions, looks, signal)
  await fleet.submit('last', specOf('absent'))
  await tells('last', 'failed')
  for (const token of ['scored', 'stopped', 'absent', 'last']) {
    expect(told(token, 'topic')).toEqual(told(token))
  }
  expect([told('scored'), told('stopped'), told('absent')]).toEqual([
    ['running', 'succeeded'],
    ['running', 'cancelled'],
    ['failed'],
  ])
  expect(new Set(receiver.received.map(({ at }) => at))).toEqual(
    new Set(['millrace-events', TOPIC]),
  )
})
