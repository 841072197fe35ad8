import { h, type JSX } from 'preact'
import type { Api } from '../server/api.ts'
import { LetterQueues } from './letter-queues.ts'
import { useTitle } from '../job/use-title.ts'

/** The dead letters of all jobs. */
export function Letters({ api }: { readonly api: Api }): JSX.Element {
  useTitle('Dead letters')
  return h(
    'div',
    null,
    h('h1', null, 'Dead letters'),
    h(
      'p',
      { class: 'soft lead' },
      'Messages that no attempt could process. To read a queue hides its messages from others for seconds, so it is read only when you ask.',
    ),
    h(LetterQueues, { api, first: 'batches' }),
  )
}
