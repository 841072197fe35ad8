export type ConfigErrorCode = 'invalid_environment'

/** One wrong variable. What came is masked when it may be a secret. */
export type ConfigProblem = WrongValue | WrongParts

interface WrongValue {
  readonly variable: string
  readonly wanted: string
  readonly got: string
}

/** Of a variable that holds a list or JSON: each fault with the path within it, what was wanted and what came. */
interface WrongParts {
  readonly variable: string
  readonly faults: readonly string[]
}

/** The environment does not fit an app's configuration. Never retryable: it will not change. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  readonly code: ConfigErrorCode = 'invalid_environment'
  readonly retryable = false
  readonly problems: readonly ConfigProblem[]
  readonly hint: string

  constructor(app: string, problems: readonly ConfigProblem[], options?: ErrorOptions) {
    const lines = problems.map((problem) => `  ${problem.variable}: ${wordsOf(problem)}`)
    const count = problems.length === 1 ? '1 variable is' : `${problems.length} variables are`
    super([`configure ${app}: ${count} wrong`, ...lines].join('\n'), options)
    this.problems = problems
    this.hint = `set ${problems.map(({ variable }) => variable).join(', ')} in the environment`
  }
}

function wordsOf(problem: ConfigProblem): string {
  if ('faults' in problem) return problem.faults.join('; ')
  return `wanted ${problem.wanted}, got ${problem.got}`
}
