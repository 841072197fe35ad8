import type { JobFailure } from './job.ts'
import { limits } from './limits.ts'

/**
 * An error that trying again cannot mend, as the failure of its job: what may be done about it stands at the end of
 * its message, and what befalls the objects of a dataset has the dataset's name, whoever finds it. A message that is
 * too long to be kept is cut before that.
 */
export function jobFailureOf(error: {
  readonly message: string
  readonly code?: unknown
  readonly hint?: string | undefined
}): JobFailure {
  const { code = 'unknown', message, hint } = error
  const advice = hint === undefined ? '' : ` — ${hint}`
  return {
    code: OF_THE_DATASET[String(code)] ?? String(code),
    message: cut(message, limits.jobFailureCharsMax - advice.length) + advice,
  }
}

const OF_THE_DATASET: Readonly<Record<string, string>> = {
  object_changed: 'dataset_changed',
  object_missing: 'dataset_missing',
}

/** A hint may quote as much as a message does: something is left of each. */
const CHARS_MIN = 256

function cut(text: string, charsMax: number): string {
  const length = Math.max(charsMax, CHARS_MIN)
  return text.length <= length ? text : `${text.slice(0, length - 1).toWellFormed()}…`
}
