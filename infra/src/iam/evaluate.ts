import type { PolicyJson, StatementJson } from './policy-json.ts'

/** One call of AWS as IAM sees it. */
export interface Request {
  /** Such as `sqs:SendMessage`. */
  readonly action: string
  /** The ARN of what it is for. */
  readonly resource: string
  /** Condition keys of the request, such as `s3:prefix`; those that are absent are absent. */
  readonly context: Readonly<Record<string, string>>
}

export type Decision =
  | { readonly kind: 'allowed'; readonly by: readonly StatementJson[] }
  | { readonly kind: 'denied'; readonly by: StatementJson }
  | { readonly kind: 'not_allowed' } // No statement allows it, and nothing else does.

/**
 * Judges a request as IAM does within an account: one matching Deny denies, one matching Allow allows,
 * else it is not allowed
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html).
 *
 * It knows the parts of the language that this stack's policies use, and throws at any other, so that a
 * condition it cannot read is never taken for one that holds.
 *
 * @param identity the policies of the caller's role.
 * @param resource the policies of the resource, of which only refusals count here.
 */
export function evaluate(
  identity: readonly PolicyJson[],
  resource: readonly PolicyJson[],
  request: Request,
): Decision {
  const allows = (policies: readonly PolicyJson[], effect: StatementJson['Effect']) =>
    policies
      .flatMap(({ Statement }) => Statement)
      .filter((statement) => statement.Effect === effect && applies(statement, request))
  const [by] = allows([...identity, ...resource], 'Deny')
  if (by !== undefined) return { kind: 'denied', by }
  const granted = allows(identity, 'Allow')
  return granted.length > 0 ? { kind: 'allowed', by: granted } : { kind: 'not_allowed' }
}

/** Whether a statement speaks of the request; who makes it is not asked. */
export function applies(statement: StatementJson, request: Request): boolean {
  refuseUnknown(statement)
  return (
    [statement.Action].flat().some((pattern) => matches(pattern, request.action, 'i')) &&
    [statement.Resource ?? []].flat().some((pattern) => matches(pattern, request.resource)) &&
    Object.entries(statement.Condition ?? {}).every(([operator, keys]) =>
      Object.entries(keys).every(([key, wanted]) =>
        holds(operator, [wanted].flat(), request.context[key]),
      ),
    )
  )
}

const KNOWN = new Set([
  'Sid',
  'Effect',
  'Principal',
  'Action',
  'Resource',
  'Condition',
] satisfies (keyof StatementJson)[])

function refuseUnknown(statement: StatementJson): void {
  const unknown = Object.keys(statement).find((key) => !(KNOWN as Set<string>).has(key))
  if (unknown !== undefined) throw new Error(`policy element ${unknown} is not judged here`)
  if (JSON.stringify(statement).includes('${')) throw new Error('policy variables are not judged')
}

/** Several values of a key are alternatives. A key that the request lacks fails a plain operator. */
function holds(operator: string, wanted: readonly string[], found: string | undefined): boolean {
  switch (operator) {
    case 'StringEquals':
      return found !== undefined && wanted.includes(found)
    case 'StringLike':
    case 'ArnLike':
      return found !== undefined && wanted.some((pattern) => matches(pattern, found))
    case 'Bool':
      return found !== undefined && wanted.includes(found)
    default:
      throw new Error(`condition operator ${operator} is not judged here`)
  }
}

/** `*` is any text, `?` any one character. */
function matches(pattern: string, text: string, flags = ''): boolean {
  const source = pattern
    .replaceAll(/[.+^${}()|[\]\\]/g, String.raw`\$&`)
    .replaceAll('*', '.*')
    .replaceAll('?', '.')
  return new RegExp(`^${source}$`, `s${flags}`).test(text)
}
