import { jobSpecSchema } from './job-spec.ts'
import { resultNames } from './result-names.ts'

/** A spec of a job that is asked for: its result lies apart from its dataset, which it would write over. */
export const newJobSpecSchema = jobSpecSchema.superRefine(({ dataset, output }, context) => {
  const written = Object.values(resultNames(output))
  if (!written.includes(dataset.uri)) return
  const message = `the result, or a file beside it, would be written over the dataset ${dataset.uri}: choose another place`
  context.addIssue({ code: 'custom', path: ['output', 'uri'], message })
})
