import { setTimeout as sleep } from 'node:timers/promises'
import { encodeJobRequest, jobIdOf } from '@millrace/job'
import { publish } from '@millrace/queue'
import { expect, test, vi } from 'vitest'
import { useStack } from '../system/stack.fixture.ts'
import { jobWith } from '../test-data.fixture.ts'
import { createRefusalWatch } from './refusal-watch.ts'

vi.setConfig({ testTimeout: 30_000 })

const stack = useStack()
const signal = AbortSignal.timeout(60_000)

/** A run that has been watched for long enough to be looked at. */
async function watchRun(clientToken: string, code: string) {
  const body = encodeJobRequest({ clientToken, spec: jobWith().spec })
  const sentAt = new Date().toISOString()
  const evidence = { code, reason: 'not allowed', attempts: '1', queue: 'millrace-jobs' }
  const attributes = { ...evidence, sentAt, rejectedAt: sentAt }
  const watch = createRefusalWatch(stack.system, jobIdOf(clientToken), '/logs')
  await publish(stack.system.deadLetters('jobs'), [{ body, attributes }], signal)
  await sleep(1_100)
  return watch
}

test('a request that is refused has made no job: its place is to be removed', async () => {
  const watch = await watchRun('refused', 'request_refused')
  await expect(watch.look(signal)).rejects.toThrow('the producer made no job of it: not allowed')
  expect(watch.refused).toMatchObject({ kind: 'refused' })
})

test('a job that is planned keeps its place, whatever its request was set aside for', async () => {
  const watch = await watchRun('planned', 'request_refused')
  const looking = watch.lookAtPlanning(signal)
  await expect(looking).rejects.toThrow('the producer plans it no further: not allowed')
  expect(watch.refused).toBeUndefined()
})

test('attempts that all failed are no refusal, and their log is named', async () => {
  const watch = await watchRun('failed', 'attempts_exhausted')
  await expect(watch.look(signal)).rejects.toMatchObject({ hint: 'see /logs/producer.log' })
  expect(watch.refused).toBeUndefined()
})
