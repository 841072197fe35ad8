import type { JobFailure } from './job.ts'

/**
 * An error that trying again cannot mend, as the failure of its job: what may be done about it stands in its
 * message, and what befalls the objects of a dataset has the dataset's name, whoever finds it.
 */
export function jobFailureOf(error: {
  readonly message: string
  readonly code?: unknown
  readonly hint?: string | undefined
}): JobFailure {
  const { code = 'unknown', message, hint } = error
  return {
    code: OF_THE_DATASET[String(code)] ?? String(code),
    message: hint === undefined ? message : `${message} — ${hint}`,
  }
}

const OF_THE_DATASET: Readonly<Record<string, string>> = {
  object_changed: 'dataset_changed',
  object_missing: 'dataset_missing',
}
