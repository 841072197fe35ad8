import type { JobSpec } from '@millrace/job'

/** What the answer has beside what was taken of it, where the job does not say which is meant; see libs/invocation. */
export interface FoundChoice {
  readonly kind: 'label' | 'classes'
  readonly number?: string
  readonly label?: string
}

/**
 * Looks whether a job decides on numbers that may speak of something else: 0.999 beside `NEGATIVE` is the confidence in
 * it, and would be taken for class 1.
 *
 * @returns a sentence with both things that may be meant, and how they are said.
 */
export function unfitChoice(
  { decision, endpoint }: Pick<JobSpec, 'decision' | 'endpoint'>,
  choice: FoundChoice | undefined,
): string | undefined {
  if (choice === undefined || decision.kind === 'none') return undefined
  const { number, label } = choice
  const found =
    choice.kind === 'label'
      ? 'a label and a number to a row, and the number may be the confidence in that label'
      : 'a number for each of several classes to a row, of which the last one alone would be taken'
  const labels =
    label === undefined ? '' : `${label} with decision.kind none for the labels, or to `
  const remedy =
    number === undefined
      ? 'set endpoint.accept to text/csv, and then endpoint.response to the column that is meant'
      : `set endpoint.response to ${labels}${number} where that is the probability of class 1`
  return `${endpoint.name} answers ${found}: ${remedy}.`
}
