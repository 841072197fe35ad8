import { h, type JSX } from 'preact'
import { useState } from 'preact/hooks'
import type { LetterQueue } from '../../src/console-data.ts'
import type { Api } from '../server/api.ts'
import { QueueLetters } from './queue-letters.ts'

interface Props {
  readonly api: Api
  /** Only letters of this one. */
  readonly job?: string
  /** Read at once; else nothing is read before a queue is chosen. */
  readonly first?: LetterQueue
}

const QUEUES: readonly LetterQueue[] = ['batches', 'jobs', 'completions']

/** The three dead-letter queues, one of them open. */
export function LetterQueues({ api, job, first }: Props): JSX.Element {
  const [queue, setQueue] = useState(first)
  return h(
    'div',
    null,
    h(
      'div',
      { class: 'chips', role: 'group', 'aria-label': 'Dead-letter queue' },
      h('span', { class: 'soft small' }, 'queue of'),
      ...QUEUES.map((name) =>
        h(
          'button',
          {
            key: name,
            type: 'button',
            class: 'chip',
            'aria-pressed': queue === name,
            onClick: () => setQueue(name),
          },
          name,
        ),
      ),
    ),
    queue === undefined ? null : h(QueueLetters, { key: queue, api, queue, job }),
  )
}
