import { h, type JSX } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import type { JobsAnswer } from '../src/console-data.ts'
import type { Api, Link } from './server/api.ts'
import { Job } from './job/job.ts'
import { type JobFilter, NO_FILTER } from './jobs/job-filter.ts'
import { Jobs } from './jobs/jobs.ts'
import { Letters } from './letters/letters.ts'
import { JOBS_PATH } from './server/paths.ts'
import { useRoute } from './route.ts'
import { shell } from './shell.ts'
import { usePoll } from './server/use-poll.ts'

const JOBS_EVERY_MS = 5_000

/** The view that the address names, below what all views have in common. */
export function App({ api }: { readonly api: Api }): JSX.Element {
  const link = useLink(api)
  const route = useRoute()
  const [filter, setFilter] = useState<JobFilter>(NO_FILTER)
  const [place, setPlace] = useState<Omit<JobsAnswer, 'jobs'>>()
  // Other views need the list but once, for what stands above them; and to learn that the server is back.
  const isOn =
    link !== 'locked' && (route.kind === 'jobs' || place === undefined || link === 'away')
  const jobs = usePoll<JobsAnswer>(api, JOBS_PATH, {
    everyMs: JOBS_EVERY_MS,
    isOn,
    isLast: () => false,
  })
  useEffect(() => setPlace(jobs.told), [jobs.told])
  return shell({ link, route, place }, view())

  function view(): JSX.Element {
    switch (route.kind) {
      case 'jobs':
        return h(Jobs, { jobs, filter, onFilter: setFilter })
      case 'job':
        return h(Job, { key: route.jobId, api, jobId: route.jobId })
      case 'letters':
        return place?.hasLetters === false ? ofEachRun() : h(Letters, { api })
      default:
        return route satisfies never
    }
  }
}

const ofEachRun = (): JSX.Element =>
  h(
    'p',
    { class: 'empty' },
    'Each run has dead letters of its own: the page of its job shows them.',
  )

function useLink(api: Api): Link {
  const [link, setLink] = useState(api.link)
  useEffect(() => api.onLink(setLink), [api])
  return link
}
