export type ConfigErrorCode = 'invalid_environment'

/** One wrong variable: what was wanted and what came, the latter masked when it may be a secret. */
export interface ConfigProblem {
  readonly variable: string
  readonly wanted: string
  readonly got: string
}

/** The environment does not fit an app's configuration. Never retryable: it will not change. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  readonly code: ConfigErrorCode = 'invalid_environment'
  readonly retryable = false
  readonly problems: readonly ConfigProblem[]
  readonly hint: string

  constructor(app: string, problems: readonly ConfigProblem[], options?: ErrorOptions) {
    const lines = problems.map(({ variable, wanted, got }) => {
      return `  ${variable}: wanted ${wanted}, got ${got}`
    })
    const count = problems.length === 1 ? '1 variable is' : `${problems.length} variables are`
    super([`configure ${app}: ${count} wrong`, ...lines].join('\n'), options)
    this.problems = problems
    this.hint = `set ${problems.map(({ variable }) => variable).join(', ')} in the environment`
  }
}
