import { maskSecrets } from './secrets.ts'

const CAUSES_MAX = 5
const MESSAGE_CHARS_MAX = 2_000
/** The facts of an error that are worth a log line; others may hold payloads or credentials. */
const FACTS = ['code', 'hint', 'retryable', 'problems'] as const

/**
 * An error as a log field: name, message, code, hint, stack and causes. Everything else that hangs on
 * an error is left out on purpose: AWS errors carry the request and the answer, with rows in them.
 */
export function serializeError(error: unknown, depth = 0): unknown {
  if (!(error instanceof Error)) return { name: typeof error, message: cut(String(error)) }
  const from = error as Error & Record<string, unknown>
  return {
    name: error.name,
    message: cut(error.message),
    ...Object.fromEntries(FACTS.filter((f) => from[f] !== undefined).map((f) => [f, from[f]])),
    ...awsFacts(from['$metadata']),
    stack: stackOf(error),
    ...(error.cause !== undefined && depth < CAUSES_MAX
      ? { cause: serializeError(error.cause, depth + 1) }
      : {}),
    ...(error instanceof AggregateError && depth < CAUSES_MAX
      ? { errors: error.errors.slice(0, CAUSES_MAX).map((e) => serializeError(e, depth + 1)) }
      : {}),
  }
}

/** Request id and status are what AWS support asks for. */
function awsFacts(metadata: unknown) {
  if (typeof metadata !== 'object' || metadata === null) return {}
  const { httpStatusCode, requestId } = metadata as Record<string, unknown>
  return { httpStatusCode, requestId }
}

/** The frames only: the message stands beside them, and may be long. */
function stackOf(error: Error): string | undefined {
  const frames = error.stack?.split('\n').filter((line) => /^\s+at /.test(line))
  return frames?.map((line) => line.trim()).join('\n')
}

function cut(text: string): string {
  const masked = maskSecrets(text)
  return masked.length > MESSAGE_CHARS_MAX ? `${masked.slice(0, MESSAGE_CHARS_MAX)}…` : masked
}
