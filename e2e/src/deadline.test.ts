import { once } from 'node:events'
import { jobIdOf } from '@millrace/job'
import { adjustJob } from '@millrace/ledger'
import { expect, test } from 'vitest'
import { startEventReceiver } from './support/event-receiver.ts'
import { flights } from './support/flights.ts'
import { BUCKET, startFleet } from './support/fleet.ts'
import { objectsOf } from './support/objects.ts'

const signal = AbortSignal.timeout(90_000)

/* No consumer runs, so that nothing is recorded in the first half of the job's time. */
test('a job that will be late is told once, whoever is killed, and goes on', async () => {
  await using receiver = await startEventReceiver()
  await using fleet = await startFleet()
  const tells = (...kinds: readonly string[]) =>
    expect
      .poll(() => receiver.received.map(({ event }) => event.kind), {
        timeout: 30_000,
        interval: 50,
      })
      .toEqual(kinds)
  const aggregator = () =>
    fleet.start('aggregator', {
      MILLRACE_EVENT_BUS: 'millrace-events',
      AWS_ENDPOINT_URL_EVENTBRIDGE: receiver.url,
      MILLRACE_STALLED_SECONDS: '2',
      MILLRACE_RECEIVE_WAIT_SECONDS: '1',
    })
  await objectsOf(fleet).put('data/in.csv', `${flights.rows.slice(0, 400).join('\n')}\n`)
  const first = aggregator()
  fleet.start('producer')
  await fleet.submit('slow', {
    version: 1,
    dataset: { uri: `s3://${BUCKET}/data/in.csv` },
    endpoint: { name: 'flights' },
    batching: { rows: 100 },
    output: { uri: `s3://${BUCKET}/results/slow.csv` },
    deadline: '4h',
  })
  await tells('started')
  const [{ event: started } = { event: undefined }] = receiver.received
  expect(started?.deadline).toBe((started?.createdAt ?? 0) + 4 * 3_600)

  const deadline = Math.floor(Date.now() / 1_000) + 6
  await adjustJob(fleet.ledger, jobIdOf('slow'), { deadline }, signal)
  await tells('started', 'at_risk')
  expect(receiver.received[1]?.event).toMatchObject({ state: 'running', deadline })

  const exit = once(first, 'exit')
  first.kill('SIGKILL')
  await exit
  aggregator()
  fleet.start('consumer')
  expect((await fleet.ended('slow')).state).toBe('succeeded')
  await tells('started', 'at_risk', 'ended')
})
