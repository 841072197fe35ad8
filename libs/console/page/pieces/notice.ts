import { h, type JSX } from 'preact'
import { refusalText } from './pieces.ts'
import type { Act } from '../server/use-act.ts'

/** What the last verb has said. The line is always there, so that a reader of the screen tells when it fills. */
export const noticeText = ({ notice, isBusy }: Act): JSX.Element =>
  h(
    'div',
    { class: 'notice' },
    h(
      'div',
      { role: 'status' },
      isBusy ? h('p', { class: 'soft' }, 'Asked for it …') : null,
      notice?.kind === 'said' ? h('p', { class: 'said break' }, notice.said) : null,
    ),
    notice?.kind === 'refused' ? refusalText(notice.refusal) : null,
  )
