import { h, type JSX } from 'preact'
import type { JobsAnswer } from '../../src/console-data.ts'
import { filtered, type JobFilter } from './job-filter.ts'
import { searchField, stateChips } from './filters.ts'
import { jobsTable } from './jobs-table.ts'
import { refusalText } from '../pieces/pieces.ts'
import type { Poll } from '../server/use-poll.ts'

interface Props {
  readonly jobs: Poll<JobsAnswer>
  readonly filter: JobFilter
  readonly onFilter: (filter: JobFilter) => void
}

/** All jobs: those under way first, since there is something to be done about them. */
export function Jobs({ jobs: { told, atMs, refusal }, filter, onFilter }: Props): JSX.Element {
  const all = told?.jobs ?? []
  const isEmpty = all.length === 0
  return h(
    'div',
    null,
    h(
      'div',
      { class: 'heading' },
      h('h1', null, 'Jobs'),
      isEmpty ? null : searchField(filter, onFilter),
    ),
    refusal === undefined ? null : refusalText(refusal),
    told === undefined && refusal === undefined ? empty('Looking for jobs …') : null,
    told !== undefined && isEmpty ? empty(NO_JOBS) : null,
    isEmpty ? null : stateChips(all, filter, onFilter),
    isEmpty ? null : jobsTable(filtered(all, filter), Math.floor(atMs / 1_000)),
  )
}

const NO_JOBS = 'No job is under way here, and none was created lately.'

const empty = (text: string): JSX.Element => h('p', { class: 'empty' }, text)
