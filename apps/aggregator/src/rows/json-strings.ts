import type { JobSpec } from '@millrace/job'
import type { Deciding } from '@millrace/predictions'

/**
 * Has what the endpoint answered as a JSON string written as the text that it stands for: `"a\\nb"` has quotes and
 * escapes that a reader of the result would have to take away first. A prediction is recorded with them, as it
 * was sent.
 *
 * Only where the answer is known to be JSON and nothing is decided on it. Elsewhere a text in quotes may be one.
 */
export function withoutJsonStrings(
  { decision, endpoint }: Pick<JobSpec, 'decision' | 'endpoint'>,
  deciding: Deciding,
): Deciding {
  const { response, accept } = endpoint
  const isJson = response.startsWith('json:') || (response === 'label' && /json/i.test(accept))
  if (decision.kind !== 'none' || !isJson) return deciding
  const fields = (prediction: string) =>
    deciding.fields(prediction).map((field) => field && textOf(field))
  return { ...deciding, fields }
}

function textOf(prediction: string): string {
  if (!prediction.startsWith('"')) return prediction
  try {
    return String(JSON.parse(prediction))
  } catch {
    return prediction // An escape that JSON has not.
  }
}
