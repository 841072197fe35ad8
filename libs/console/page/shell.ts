import { h, type JSX } from 'preact'
import type { JobsAnswer } from '../src/console-data.ts'
import type { Link } from './server/api.ts'
import type { Route } from './route.ts'

interface Frame {
  readonly link: Link
  readonly route: Route
  readonly place: Omit<JobsAnswer, 'jobs'> | undefined
}

/** What stands around every view: where one is, where one may go, and whether the server is there. */
export function shell({ link, route, place }: Frame, view: JSX.Element): JSX.Element {
  const isLocked = link === 'locked'
  return h(
    'div',
    null,
    h(
      'header',
      { class: 'top' },
      h('a', { class: 'brand', href: '#/' }, 'Millrace'),
      isLocked ? null : h('nav', { 'aria-label': 'Views' }, ...links(route, place)),
      isLocked ? null : h('span', { class: 'place', title: place?.place }, place?.place),
    ),
    banner(link),
    h('main', { tabIndex: -1 }, isLocked ? locked() : view),
  )
}

function links(route: Route, place: Frame['place']): JSX.Element[] {
  const to = (href: string, text: string, isHere: boolean): JSX.Element =>
    h('a', { href, 'aria-current': isHere ? 'page' : undefined }, text)
  const letters = to('#/letters', 'Dead letters', route.kind === 'letters')
  return [
    to('#/', 'Jobs', route.kind !== 'letters'),
    ...(place?.hasLetters === true ? [letters] : []),
  ]
}

/** Always there, so that a reader of the screen tells when it fills. */
const banner = (link: Link): JSX.Element =>
  h(
    'div',
    { class: 'banner', role: 'status' },
    link === 'away'
      ? h('p', null, 'The console does not answer. It ends with its terminal.')
      : null,
  )

const locked = (): JSX.Element =>
  h(
    'p',
    { class: 'locked' },
    'The address that ',
    h('code', null, 'millrace console'),
    ' has printed holds the key to this page: open that one.',
  )
