import { expect, test } from 'vitest'
import { verdictOn } from './latency-trial.ts'

const seen = (inFlight: number, typicalMs: number) => ({ inFlight, typicalMs })

test.for([
  ['more that wait as much longer', seen(10, 50), seen(20, 100), 'queues'],
  ['more that are answered as fast', seen(10, 50), seen(20, 52), 'serves'],
  ['more that are slower, yet more are served', seen(10, 50), seen(20, 80), 'crowds'],
  ['hardly more', seen(10, 50), seen(10.5, 90), 'nothing'],
] as const)('takes %s for what they are, before or after', ([, before, after, verdict]) => {
  expect(verdictOn(before, after)).toBe(verdict)
  expect(verdictOn(after, before)).toBe(verdict)
})
