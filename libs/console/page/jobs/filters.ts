import { h, type JSX } from 'preact'
import type { JobLine } from '../../src/console-data.ts'
import { filtered, type JobFilter, statesOf } from './job-filter.ts'
import { type ShownState, wordsOf } from '../pieces/job-states.ts'
import { count } from '../pieces/numbers.ts'

type OnFilter = (filter: JobFilter) => void

export const searchField = (filter: JobFilter, onFilter: OnFilter): JSX.Element =>
  h('input', {
    type: 'search',
    'aria-label': 'Job, endpoint or dataset',
    placeholder: 'job, endpoint or dataset',
    value: filter.text,
    onInput: ({ currentTarget }: { readonly currentTarget: HTMLInputElement }) =>
      onFilter({ ...filter, text: currentTarget.value }),
  })

/** A button for each state that there is, with how many jobs are in it. */
export function stateChips(
  jobs: readonly JobLine[],
  filter: JobFilter,
  onFilter: OnFilter,
): JSX.Element {
  const chip = (state: ShownState | undefined, text: string, jobs: number): JSX.Element =>
    h(
      'button',
      {
        key: text,
        type: 'button',
        class: 'chip',
        'aria-pressed': filter.state === state,
        onClick: () => onFilter({ ...filter, state: filter.state === state ? undefined : state }),
      },
      text,
      ' ',
      h('span', { class: 'soft' }, count(jobs)),
    )
  const all = filtered(jobs, { ...filter, state: undefined }).length
  return h(
    'div',
    { class: 'chips', role: 'group', 'aria-label': 'State' },
    chip(undefined, 'all', all),
    ...statesOf(jobs, filter).map(([state, jobs]) => chip(state, wordsOf(state), jobs)),
  )
}
