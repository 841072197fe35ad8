/** What a service has to do and who does it. */
export interface Load {
  /** Messages that wait, are delayed or in flight; for the aggregator the jobs that have not ended too. */
  readonly backlog: number
  /** Tasks that run or start; some of them may be protected from being stopped. */
  readonly tasks: number
  /** Tasks that are wanted, which is what scaling changes; some of them may find no place yet. */
  readonly desired: number
  /** Messages a task, below which tasks are spare; 0 for a service of one task. */
  readonly spareBelow: number
}

/** The gauges that a service is scaled by; their meaning is in `libs/job/src/metric-catalogue.ts`. */
export function measure({ backlog, tasks, desired, spareBelow }: Load): Record<string, number> {
  return {
    'millrace.service.backlog': backlog,
    // Who is wanted will come, and who is not wanted any more still works.
    'millrace.service.backlog_per_task': Math.ceil(backlog / Math.max(tasks, desired, 1)),
    'millrace.service.backlog_unattended': desired === 0 ? backlog : 0,
    // What was given up before counts no more.
    'millrace.service.tasks_spare': spareTasks(backlog, Math.min(tasks, desired), spareBelow),
  }
}

/** Tasks that the others could do without; the last is not spare while anything is left to do. */
export function spareTasks(backlog: number, tasks: number, below: number): number {
  const needed = below === 0 ? tasks : Math.ceil(backlog / below)
  return Math.max(0, tasks - Math.max(1, needed))
}
