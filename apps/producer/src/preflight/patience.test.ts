import { jobIdOf } from '@millrace/job'
import { expect, test } from 'vitest'
import { createPatience } from './patience.ts'

const [job, other] = [jobIdOf('job'), jobIdOf('other')]

function patienceAt(patienceMs: number) {
  let at = 7_000
  const patience = createPatience(patienceMs, () => at)
  return { patience, pass: (ms: number) => void (at += ms) }
}

test('each job has its own, from the first time that its endpoint is not there', () => {
  const { patience, pass } = patienceAt(300_000)
  expect(patience.leftMs(job)).toBe(300_000)
  pass(200_000)
  expect(patience.leftMs(job)).toBe(100_000)
  expect(patience.leftMs(other)).toBe(300_000)
  pass(150_000)
  expect(patience.leftMs(job)).toBe(-50_000)
  expect(patience.leftMs(other)).toBe(150_000)
})

test('it begins anew with an answer five minutes after the last fault, and for a job that nobody asked for meanwhile', () => {
  const { patience, pass } = patienceAt(100_000)
  patience.leftMs(job)
  pass(300_001)
  patience.answered(job)
  expect(patience.leftMs(job)).toBe(100_000)
  pass(16 * 60_000)
  expect(patience.leftMs(job)).toBe(100_000)
})

test('it goes on where the endpoint answers one thing and never another', () => {
  const { patience, pass } = patienceAt(100_000)
  for (let look = 0; look < 5; look += 1) {
    patience.leftMs(job)
    pass(25_000)
    patience.answered(job)
  }
  expect(patience.leftMs(job)).toBe(-25_000)
})

test('of more jobs than it keeps the oldest begins anew', () => {
  const { patience, pass } = patienceAt(1_000)
  patience.leftMs(job)
  pass(10)
  for (let count = 0; count < 1_000; count += 1) patience.leftMs(jobIdOf(`job ${count}`))
  expect(patience.leftMs(job)).toBe(1_000)
  pass(10)
  expect(patience.leftMs(jobIdOf('job 999'))).toBe(990)
})
