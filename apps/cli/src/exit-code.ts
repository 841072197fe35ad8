/** What `millrace` ends with; documented in `docs/cli.md`. */
export const EXIT = {
  /** Every row has a prediction. */
  succeeded: 0,
  /** The job failed: there is no result. */
  failed: 1,
  /** The command, its input or its surroundings are wrong: nothing was started. */
  usage: 2,
  /** There is a result, and rows without a prediction are listed beside it. */
  succeededWithFailures: 3,
  /** Stopped by ctrl-C or SIGTERM; the same command continues a run or a retry, and what a stack does goes on. */
  interrupted: 130,
} as const

export type ExitCode = (typeof EXIT)[keyof typeof EXIT]
