import { issueLines } from '@millrace/job'
import type { z } from 'zod'
import { ConfigError, type ConfigProblem } from './config-error.ts'
import { isSecretName, maskSecrets } from '../log/secrets.ts'

/** Faults of one variable that are told; of more, the number. */
const FAULTS_MAX = 5
/** Of a fault, whose words may hold two URIs. */
const FAULT_CHARS_MAX = 400
/** Of a value that is repeated. */
const VALUE_CHARS_MAX = 80

/**
 * Reads an app's configuration from the environment, once. The keys of the schema are the names of
 * the variables; others are left alone. An empty variable counts as absent, because that is what
 * `NAME=` in a compose file or task definition means to who wrote it.
 *
 * A field's `.describe()` is the "wanted" of the error text. What is wrong within a list or JSON is told by its path,
 * and so is what has no description.
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
  throw new ConfigError(app, problemsOf(schema, given), { cause: parsed.error })
}

/** Looks again for the words: an error that holds what came is no cause to log, it may be a secret. */
function problemsOf(schema: z.ZodObject, given: Given): ConfigProblem[] {
  const { error } = schema.safeParse(given, { jitless: true, reportInput: true })
  const issues = Object.groupBy(error?.issues ?? [], ({ path }) => String(path[0] ?? 'environment'))
  return Object.entries(issues).map(([variable, found = []]) =>
    problemOf(variable, found, schema.shape[variable] as z.ZodType | undefined, given[variable]),
  )
}

type Given = Readonly<Record<string, string | undefined>>

function problemOf(
  variable: string,
  issues: readonly z.core.$ZodIssue[],
  field: z.ZodType | undefined,
  value: string | undefined,
): ConfigProblem {
  const isSecret = isSecretName(variable)
  const isWhole = issues.some(({ path }) => path.length < 2)
  const wanted = field?.description ?? (isSecret ? issues[0]?.message : undefined)
  if (wanted !== undefined && (isWhole || isSecret)) {
    return { variable, wanted, got: shown(variable, value) }
  }
  const faults = issues.flatMap(faultsIn)
  const more = faults.length - FAULTS_MAX
  return {
    variable,
    faults: more > 0 ? [...faults.slice(0, FAULTS_MAX), `and ${more} more`] : faults,
  }
}

/** Masked before it is cut, as a value is. */
function faultsIn(issue: z.core.$ZodIssue): string[] {
  const input = typeof issue.input === 'string' ? maskSecrets(issue.input) : issue.input
  const within = { ...issue, input, path: issue.path.slice(1) } as z.core.$ZodIssue
  return issueLines(within).map((line) => cut(maskSecrets(line), FAULT_CHARS_MAX))
}

/** What came, in a form that is fit for a log. */
function shown(variable: string, value: string | undefined): string {
  if (value === undefined || value === '') return 'nothing'
  if (isSecretName(variable)) return `a secret of ${value.length} characters`
  // Masked as a whole: what ends a password may lie behind the cut.
  return JSON.stringify(cut(maskSecrets(value), VALUE_CHARS_MAX))
}

const cut = (text: string, charsMax: number): string =>
  text.length > charsMax ? `${text.slice(0, charsMax)}…` : text
