import { type JobSpec, jobSpecSchema } from './job-spec.ts'
import { resultNames } from './result-names.ts'

/** A spec of a job that is asked for: its result lies apart from its dataset, and beside no other one. */
export const newJobSpecSchema = jobSpecSchema.superRefine(({ dataset, output }, context) => {
  const message = whyNotApart(dataset, output) ?? whyNotAlone(output)
  if (message !== undefined) context.addIssue({ code: 'custom', path: ['output', 'uri'], message })
})

/** What lies beside a result (`result-names.ts`), whatever that is called. */
const BESIDE = /(?:^|[./])(?:errors\.csv|report\.html|manifest\.json)$/i

/** The next result of a name like that would write over this one, or remove it as the failed rows of the last. */
export function whyNotAlone({ uri }: Pick<JobSpec['output'], 'uri'>): string | undefined {
  return BESIDE.test(uri)
    ? `${uri.slice(uri.lastIndexOf('/') + 1)} is what the failed rows, the report or the manifest of another result are called: choose another name`
    : undefined
}

/**
 * Why a result must not lie where it is to: over its dataset, or below it. What lies below a prefix is of the
 * table, and so the next job of the same prefix would read the result of this one. Nothing when they lie apart.
 */
export function whyNotApart(
  { uri }: Pick<JobSpec['dataset'], 'uri'>,
  output: JobSpec['output'],
): string | undefined {
  const written = Object.values(resultNames(output))
  if (written.includes(uri)) {
    return `the result, or a file beside it, would be written over the dataset ${uri}: choose another place`
  }
  if (!uri.endsWith('/') || !output.uri.startsWith(uri)) return undefined
  return `the result would lie below the dataset ${uri}, and the next job would take it for rows: choose another place`
}
