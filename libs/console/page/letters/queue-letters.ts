import { h, type JSX } from 'preact'
import { useEffect } from 'preact/hooks'
import type { LetterQueue, LettersAnswer } from '../../src/console-data.ts'
import type { Api } from '../server/api.ts'
import { LetterGroupRows } from './letter-group.ts'
import { noticeText } from '../pieces/notice.ts'
import { counted } from '../pieces/numbers.ts'
import { lettersPath } from '../server/paths.ts'
import { headCells, refusalText } from '../pieces/pieces.ts'
import { READ_TIMEOUT_MS } from './sweep-time.ts'
import { useAct } from '../server/use-act.ts'
import { useReading } from '../server/use-reading.ts'

interface Props {
  readonly api: Api
  readonly queue: LetterQueue
  readonly job: string | undefined
}

/** What lies in one dead-letter queue, grouped by code and job, with what can be done about it. */
export function QueueLetters({ api, queue, job }: Props): JSX.Element {
  const letters = useReading<LettersAnswer>(api)
  const read = (): void => letters.read(lettersPath(queue, { job }), READ_TIMEOUT_MS)
  const act = useAct(api, read)
  useEffect(read, [])
  const { told, refusal, isReading } = letters
  return h(
    'div',
    { class: 'letters', 'aria-busy': isReading },
    h(
      'div',
      { class: 'heading' },
      h('p', { role: 'status', class: 'soft' }, told === undefined ? '' : summary(told, queue)),
      h(
        'button',
        { type: 'button', 'aria-disabled': isReading, onClick: read },
        isReading ? 'Reading …' : 'Read again',
      ),
    ),
    noticeText(act),
    refusal === undefined ? null : refusalText(refusal),
    told === undefined || told.groups.length === 0
      ? null
      : h(
          'table',
          { class: 'groups cards' },
          h('thead', null, h('tr', null, ...HEAD)),
          ...told.groups.map((group) =>
            h(LetterGroupRows, { key: `${group.code} ${group.job}`, api, queue, group, act }),
          ),
        ),
  )
}

const HEAD = headCells('code', 'job', { number: 'messages' }, 'oldest', 'reason', 'actions')

function summary({ messages, all }: LettersAnswer, queue: LetterQueue): string {
  if (messages === 0 && all) return `Nothing is set aside in the dead-letter queue of ${queue}.`
  const more = all ? '' : '; only so many were looked at, there may be more'
  return `${counted(messages, 'message')} in the dead-letter queue of ${queue}${more}.`
}
