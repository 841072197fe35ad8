import { h, type JSX } from 'preact'
import { useState } from 'preact/hooks'
import type { JobAnswer } from '../../src/console-data.ts'
import type { Api } from '../server/api.ts'
import { Controls } from './controls.ts'
import { FailedRows } from './failed-rows.ts'
import { phaseOf, wordsOf } from '../pieces/job-states.ts'
import { jobTiles, shareOf } from './job-tiles.ts'
import { BatchMapView } from './map-view.ts'
import { percent } from '../pieces/numbers.ts'
import { jobPath } from '../server/paths.ts'
import { progress, refusalText, statePill } from '../pieces/pieces.ts'
import { createRate } from './rate.ts'
import { setAside } from './set-aside.ts'
import { usePoll } from '../server/use-poll.ts'
import { useTitle } from './use-title.ts'

interface Props {
  readonly api: Api
  readonly jobId: string
}

const JOB_EVERY_MS = 2_000

/** One job: how far it is, what can be done to it, and what went wrong in it. */
export function Job({ api, jobId }: Props): JSX.Element {
  const job = usePoll<JobAnswer>(api, jobPath(jobId), {
    everyMs: JOB_EVERY_MS,
    isOn: true,
    isLast: ({ state }) => phaseOf(state) === 'ended',
  })
  const { told, refusal, atMs } = job
  const [rate] = useState(createRate)
  useTitle(titleOf(jobId, told))
  return h(
    'div',
    null,
    heading(jobId, told),
    refusal === undefined ? null : refusalText(refusal),
    ...(told === undefined
      ? [refusal === undefined ? h('p', { class: 'empty' }, 'Looking at the job …') : null]
      : [
          ...why(told),
          h(Controls, { key: 'controls', api, job: told, onDone: job.again }),
          told.idle === undefined ? null : idle(told.idle),
          jobTiles(told, rate(shareOf(told) * (told.rows ?? 0), atMs)),
          told.batches === undefined ? null : progress(shareOf(told), 'recorded batches', true),
          h(BatchMapView, { key: 'map', map: told.map, batches: told.batches }),
          h(FailedRows, { key: 'failed', api, jobId, failedRows: told.failedRows }),
          setAside(api, told),
          facts(told),
        ]),
  )
}

const heading = (jobId: string, job: JobAnswer | undefined): JSX.Element =>
  h(
    'div',
    { class: 'heading' },
    h('h1', null, jobId),
    job === undefined ? null : statePill(job.state),
  )

/** What somebody wants to know who sees a job stand still, before anything else. */
const why = ({ waits, failure }: JobAnswer): (JSX.Element | null)[] => [
  waits === undefined ? null : h('p', { key: 'waits', class: 'why break' }, `It waits: ${waits}`),
  failure === undefined ? null : h('p', { key: 'failure', class: 'why bad break' }, failure),
]

/** A run that was stopped looks like one at work otherwise. */
const idle = (continues: string): JSX.Element =>
  h('p', { key: 'idle', class: 'idle' }, `No run is at work on it: ${continues}.`)

const facts = ({ facts: told }: JobAnswer): JSX.Element =>
  h(
    'section',
    { key: 'facts', id: 'facts' },
    h('h2', null, 'Facts'),
    h(
      'table',
      { class: 'facts stack' },
      h(
        'tbody',
        null,
        ...told.map(([name, text]) =>
          h(
            'tr',
            { key: name },
            h('th', { scope: 'row' }, name),
            h('td', { class: 'break' }, text),
          ),
        ),
      ),
    ),
  )

/** So that a tab among others tells how far the job is. */
function titleOf(jobId: string, job: JobAnswer | undefined): string {
  if (job === undefined) return jobId
  const isCounted = phaseOf(job.state) === 'under way' && job.batches !== undefined
  return `${isCounted ? percent(shareOf(job)) : wordsOf(job.state)} ${jobId}`
}
