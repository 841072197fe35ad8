import { expect, test } from 'vitest'
import { closingOf, type TestReport } from './ci-closing.ts'

const GATES = '11 gates passed, 0 gates failed'
const results = (...files: [name: string, statuses: string[]][]): TestReport => {
  const testResults = files.map(([name, statuses]) => ({
    name: `/repository/${name}`,
    assertionResults: statuses.map((status) => ({ status })),
  }))
  const count = (wanted: string): number =>
    files.flatMap(([, statuses]) => statuses).filter((status) => status === wanted).length
  return { numPassedTests: count('passed'), numFailedTests: count('failed'), testResults }
}
const closing = (report: TestReport, gates = GATES, testsExit = 0) =>
  closingOf({ testsExit, report, gates, root: '/repository' })

test('when nothing skips, the only line counts tests and gates', () => {
  const { lines, failed } = closing(results(['a.test.ts', ['passed', 'passed']]))
  expect([lines, failed]).toEqual([['13 passed, 0 failed'], 0])
})

test('tests that skip are told before the last line, with their files', () => {
  const report = results(
    ['e2e/src/disk-full.test.ts', ['skipped']],
    ['a.test.ts', ['passed', 'skipped', 'skipped']],
    ['b.test.ts', ['passed']],
  )
  expect(closing(report).lines).toEqual([
    '3 tests skipped: 1 of e2e/src/disk-full.test.ts, 2 of a.test.ts',
    '13 passed, 0 failed',
  ])
})

test.for<[string, TestReport, string, number, string]>([
  ['a test that failed', results(['a', ['passed', 'failed']]), GATES, 1, '12 passed, 1 failed'],
  ['a suite that cannot be loaded', results(['a', ['passed']]), GATES, 1, '12 passed, 1 failed'],
  ['no test', {}, GATES, 0, '11 passed, 1 failed'],
  ['gates that never ran', results(['a', ['passed']]), '', 0, '1 passed, 1 failed'],
])('%s fails the run', ([, report, gates, testsExit, last]) => {
  const { lines, failed } = closing(report, gates, testsExit)
  expect([lines, failed]).toEqual([[last], 1])
})
