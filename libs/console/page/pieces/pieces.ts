import { h, type JSX } from 'preact'
import type { ErrorAnswer } from '../../src/console-data.ts'
import { type ShownState, toneOf, wordsOf } from './job-states.ts'
import { percent } from './numbers.ts'
import { jobHref } from '../server/paths.ts'

/* What several views are made of. Texts become text nodes: whatever they say, they are never markup. */

export const statePill = (state: ShownState): JSX.Element =>
  h('span', { class: `state ${toneOf(state)}` }, wordsOf(state))

export const tile = (name: string, value: string, note?: string, tone = ''): JSX.Element =>
  h(
    'div',
    { class: `tile ${tone}` },
    h('span', { class: 'soft small' }, name),
    h('b', null, value),
    note === undefined ? null : h('span', { class: 'soft small' }, note),
  )

/** How much is done of what there is, with the share in words. */
export function progress(share: number, label: string, isWide = false): JSX.Element {
  const text = percent(share)
  return h(
    'div',
    { class: `progress ${isWide ? 'wide' : ''}` },
    h(
      'div',
      {
        class: 'bar',
        role: 'progressbar',
        'aria-label': label,
        'aria-valuemin': 0,
        'aria-valuemax': 100,
        'aria-valuenow': Math.floor(share * 100),
        'aria-valuetext': text,
      },
      h('i', { style: { width: `${share * 100}%` } }),
    ),
    h('span', { class: 'small soft' }, text),
  )
}

/** Told aloud when it appears. */
export const refusalText = ({ error, hint }: ErrorAnswer): JSX.Element =>
  h(
    'div',
    { class: 'refusal', role: 'alert' },
    h('p', { class: 'break' }, error),
    hint === undefined ? null : h('p', { class: 'soft break' }, `→ ${hint}`),
  )

/** A link to a job; a name that is none, such as `-`, is no link. */
export const jobName = (jobId: string): JSX.Element =>
  /^[a-z0-9][a-z0-9-]{0,63}$/.test(jobId)
    ? h('a', { href: jobHref(jobId), class: 'code' }, jobId)
    : h('span', { class: 'code' }, jobId)

/** A place by its end, which tells it from others; the beginning gives way where there is no room. */
export function uriText(uri: string): JSX.Element {
  const at = uri.replace(/\/$/, '').lastIndexOf('/') + 1
  return h(
    'span',
    { class: 'uri', title: uri },
    h('span', null, uri.slice(0, at)),
    h('span', null, uri.slice(at)),
  )
}

export const headCells = (
  ...names: readonly (string | { readonly number: string })[]
): JSX.Element[] =>
  names.map((name) =>
    typeof name === 'string'
      ? h('th', { key: name, scope: 'col' }, name)
      : h('th', { key: name.number, scope: 'col', class: 'number' }, name.number),
  )
