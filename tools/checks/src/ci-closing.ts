import { relative } from 'node:path'

/** What is read of vitest's JSON report. */
export interface TestReport {
  readonly numPassedTests?: number
  readonly numFailedTests?: number
  readonly testResults?: readonly {
    readonly name: string
    readonly assertionResults: readonly { readonly status: string }[]
  }[]
}

export interface CiRun {
  readonly testsExit: number
  readonly report: TestReport
  /** What `npm run check` has printed. */
  readonly gates: string
  readonly root: string
}

/**
 * The last line is `N passed, N failed`; a run that counted no test has failed. Where tests skipped, the
 * line before it says how many and where: they have held nothing, and passed for nothing.
 */
export function closingOf({ testsExit, report, gates: printed, root }: CiRun): {
  readonly lines: readonly string[]
  readonly failed: number
} {
  const { numPassedTests = 0, numFailedTests = 0, testResults = [] } = report
  const gates = /(\d+) gates passed, (\d+) gates failed/.exec(printed)
  const passed = numPassedTests + Number(gates?.[1] ?? 0)
  const counted = numFailedTests + Number(gates?.[2] ?? 0) + (gates === null ? 1 : 0)
  // A suite that cannot even be loaded fails the run without one failed test.
  const failed = testsExit !== 0 || numPassedTests === 0 ? Math.max(counted, 1) : counted
  const skipped = testResults.flatMap(({ name, assertionResults }) => {
    const count = assertionResults.filter(({ status }) => status === 'skipped').length
    return count === 0 ? [] : [{ count, file: relative(root, name) }]
  })
  const total = skipped.reduce((sum, { count }) => sum + count, 0)
  const files = skipped.map(({ count, file }) => `${count} of ${file}`)
  return {
    lines: [
      ...(total === 0 ? [] : [`${total} tests skipped: ${files.join(', ')}`]),
      `${passed} passed, ${failed} failed`,
    ],
    failed,
  }
}
