import type { ErrorAnswer } from '../../src/console-data.ts'

/** What became of a request. */
export type Answer<T> =
  | { readonly kind: 'told'; readonly told: T }
  | { readonly kind: 'refused'; readonly refusal: ErrorAnswer } // The server says why.
  | { readonly kind: 'locked' } // It wants a key, and not the one that it was sent.
  | { readonly kind: 'away' } // Nobody answers, or not in time.

/** Reads what has come; a body that is no JSON is of somebody else, who has the port now. */
export async function answerOf<T>(response: Response): Promise<Answer<T>> {
  if (response.status === 401) return { kind: 'locked' }
  const body: unknown = await response.json()
  if (response.ok) return { kind: 'told', told: body as T }
  const said = body as Partial<ErrorAnswer> | null
  const error = said?.error ?? `the console answered with status ${response.status}`
  return { kind: 'refused', refusal: { ...said, error } }
}
