import type { JobLine } from '../../src/console-data.ts'
import { SHOWN_STATES, type ShownState } from '../pieces/job-states.ts'

export interface JobFilter {
  readonly state: ShownState | undefined
  /** Part of the job's name, its endpoint or its dataset, in whatever case. */
  readonly text: string
}

export const NO_FILTER: JobFilter = { state: undefined, text: '' }

export function filtered(jobs: readonly JobLine[], { state, text }: JobFilter): JobLine[] {
  return withText(jobs, text).filter((job) => state === undefined || job.state === state)
}

/** The states of the jobs that the text leaves, in their order, each with how many there are. */
export function statesOf(
  jobs: readonly JobLine[],
  { state, text }: JobFilter,
): readonly (readonly [state: ShownState, jobs: number])[] {
  const left = withText(jobs, text)
  const counts = SHOWN_STATES.map(
    (shown) => [shown, left.filter((job) => job.state === shown).length] as const,
  )
  // The one that is chosen stays: else nobody could let go of it.
  return counts.filter(([shown, jobs]) => jobs > 0 || shown === state)
}

function withText(jobs: readonly JobLine[], text: string): JobLine[] {
  const wanted = text.trim().toLowerCase()
  return jobs.filter(({ jobId, endpoint = '', dataset = '' }) =>
    [jobId, endpoint, dataset].some((fact) => fact.toLowerCase().includes(wanted)),
  )
}
