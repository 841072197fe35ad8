/** How the argument of a verb that takes a job is described. */
export const JOB =
  'the job, or the beginning of its name (default: the latest run; of a stack, the whole name)'
