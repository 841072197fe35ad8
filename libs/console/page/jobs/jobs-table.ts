import { h, type JSX } from 'preact'
import type { JobLine } from '../../src/console-data.ts'
import { jobRow, unreadableRow } from './job-row.ts'
import { type Phase, phaseOf } from '../pieces/job-states.ts'
import { count } from '../pieces/numbers.ts'
import { headCells } from '../pieces/pieces.ts'

const PHASES: readonly (readonly [phase: Phase, title: string])[] = [
  ['under way', 'Under way'],
  ['ended', 'Ended'],
  ['unreadable', 'Cannot be read'],
]

/** One table, so that the columns of its groups stand below each other. */
export function jobsTable(jobs: readonly JobLine[], now: number): JSX.Element {
  if (jobs.length === 0) return h('p', { class: 'empty' }, 'No job is like that.')
  const groups = PHASES.map(([phase, title]) => {
    const lines = jobs.filter(({ state }) => phaseOf(state) === phase)
    return lines.length === 0 ? null : group(title, lines, now)
  })
  return h(
    'table',
    { class: 'jobs cards' },
    h('colgroup', null, ...COLUMNS.map((name) => h('col', { class: `col-${name}` }))),
    h('thead', null, h('tr', null, ...HEAD)),
    ...groups,
  )
}

const COLUMNS = ['state', 'job', 'endpoint', 'rows', 'done', 'failed', 'created', 'dataset']
const HEAD = headCells(
  'state',
  'job',
  'endpoint',
  { number: 'rows' },
  'progress',
  { number: 'failed' },
  'created',
  'dataset',
)

const group = (title: string, lines: readonly JobLine[], now: number): JSX.Element =>
  h(
    'tbody',
    { key: title },
    h(
      'tr',
      { class: 'group' },
      h(
        'th',
        { scope: 'rowgroup', colSpan: COLUMNS.length },
        title,
        ' ',
        h('span', { class: 'soft' }, count(lines.length)),
      ),
    ),
    ...lines.map((line) => (line.state === 'unreadable' ? unreadableRow : jobRow)(line, now)),
  )
