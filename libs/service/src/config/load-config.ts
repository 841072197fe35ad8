import type { z } from 'zod'
import { ConfigError, type ConfigProblem } from './config-error.ts'
import { isSecretName, maskSecrets } from '../log/secrets.ts'

/**
 * Reads an app's configuration from the environment, once. The keys of the schema are the names of
 * the variables; others are left alone. An empty variable counts as absent, because that is what
 * `NAME=` in a compose file or task definition means to who wrote it.
 *
 * A field's `.describe()` is the "wanted" of the error text.
 *
 * @throws {ConfigError} that lists every wrong variable, not only the first.
 */
export function loadConfig<S extends z.ZodObject>(
  app: string,
  schema: S,
  env: NodeJS.ProcessEnv,
): z.output<S> {
  const present = Object.keys(schema.shape).filter((name) => (env[name] ?? '') !== '')
  const given = Object.fromEntries(present.map((name) => [name, env[name]]))
  // For one time it takes longer to compile a parser than to parse.
  const parsed = schema.safeParse(given, { jitless: true })
  if (parsed.success) return parsed.data
  const problems = parsed.error.issues.map((issue) => problemOf(issue, schema, env))
  throw new ConfigError(app, onePerVariable(problems), { cause: parsed.error })
}

function problemOf(issue: z.core.$ZodIssue, schema: z.ZodObject, env: NodeJS.ProcessEnv) {
  const variable = String(issue.path[0] ?? 'environment')
  const field = schema.shape[variable] as z.ZodType | undefined
  const wanted = field?.description ?? issue.message.replace(/^Invalid input: expected /, '')
  return { variable, wanted, got: shown(variable, env[variable]) }
}

/** What came, in a form that is fit for a log. */
function shown(variable: string, value: string | undefined): string {
  if (value === undefined || value === '') return 'nothing'
  if (isSecretName(variable)) return `a secret of ${value.length} characters`
  // Masked as a whole: what ends a password may lie behind the cut.
  const masked = maskSecrets(value)
  return JSON.stringify(masked.length > 200 ? `${masked.slice(0, 200)}…` : masked)
}

function onePerVariable(problems: readonly ConfigProblem[]): ConfigProblem[] {
  return [...new Map(problems.toReversed().map((p) => [p.variable, p])).values()].toReversed()
}
