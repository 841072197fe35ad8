/** What a service has to do and who does it. */
export interface Load {
  /** Messages that wait, are delayed or in flight; for the aggregator the jobs that have not ended too. */
  readonly backlog: number
  /** Tasks that run or start. */
  readonly tasks: number
  /** Messages a task, below which tasks are spare; 0 for a service of one task. */
  readonly spareBelow: number
}

/** The gauges that a service is scaled by; their meaning is in `libs/job/src/metric-catalogue.ts`. */
export function measure({ backlog, tasks, spareBelow }: Load): Record<string, number> {
  return {
    'millrace.service.backlog': backlog,
    'millrace.service.backlog_per_task': Math.ceil(backlog / Math.max(tasks, 1)),
    'millrace.service.backlog_unattended': tasks === 0 ? backlog : 0,
    'millrace.service.tasks_spare': spareTasks(backlog, tasks, spareBelow),
  }
}

/** Tasks that the others could do without; the last is not spare while anything is left to do. */
export function spareTasks(backlog: number, tasks: number, below: number): number {
  const needed = below === 0 ? tasks : Math.ceil(backlog / below)
  return Math.max(0, tasks - Math.max(1, needed))
}
