import type { LetterQueue, Verb } from '../../src/console-data.ts'

/* The paths of the server and of the page. Names may be a stranger's: none can reach beyond its place. */

export const JOBS_PATH = '/api/jobs'

export const jobPath = (jobId: string): string => `${JOBS_PATH}/${encodeURIComponent(jobId)}`

export const verbPath = (jobId: string, verb: Verb): string => `${jobPath(jobId)}/${verb}`

export const failuresPath = (jobId: string): string => `${jobPath(jobId)}/failures`

/** Letters of one job where it is named, and of one code. */
export function lettersPath(
  queue: LetterQueue,
  which: Readonly<Record<string, string | undefined>>,
  what?: 'messages',
): string {
  const named = Object.entries(which).filter(([, value]) => value !== undefined)
  const query = named.map(([name, value]) => `${name}=${encodeURIComponent(value ?? '')}`).join('&')
  const path = `/api/letters/${queue}${what === undefined ? '' : `/${what}`}`
  return query === '' ? path : `${path}?${query}`
}

export const sweepPath = (queue: LetterQueue, sweep: 'redrive' | 'discard'): string =>
  `/api/letters/${queue}/${sweep}`

export const jobHref = (jobId: string): string => `#/jobs/${encodeURIComponent(jobId)}`
