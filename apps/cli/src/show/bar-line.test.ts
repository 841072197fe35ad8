import { expect, test } from 'vitest'
import { barLine } from './bar-line.ts'

const fields = {
  state: 'running',
  done: '3,000,000 of 12,000,000',
  failed: '12,345',
  rate: '1,500',
  left: '1 h 40 min left',
}

test.for([
  [
    130,
    'running ███████░░░░░░░░░░░░░░░░░░░ 25% | 3,000,000 of 12,000,000 rows | 12,345 failed | 1,500 rows/s | 1 h 40 min left',
  ],
  [100, '██░░░░░░ 25% | 3,000,000 of 12,000,000 | 12,345 failed | 1,500 rows/s | 1 h 40 min left'],
  [80, '██░░░░░░ 25% | 3,000,000 of 12,000,000 | 12,345 failed | 1 h 40 min left'],
  [64, '25% | 3,000,000 of 12,000,000 | 12,345 failed | 1 h 40 min left'],
  [50, '25% | 12,345 failed | 1 h 40 min left'],
  [30, '25% | 12,345 failed | 1 h 40 m'],
] as const)('on %d columns, failed rows are seen', ([columns, line]) => {
  expect(barLine(fields, 0.25, columns)).toBe(line)
})

test.for([
  [100, '████████ 100% | 3,000,000 of 12,000,000 | 0 failed | 1,500 rows/s | 1 h 40 min left'],
  [80, '████████ 100% | 3,000,000 of 12,000,000 | 1 h 40 min left'],
] as const)('on %d columns, where none has failed', ([columns, line]) => {
  expect(barLine({ ...fields, failed: '0' }, 1, columns)).toBe(line)
})
