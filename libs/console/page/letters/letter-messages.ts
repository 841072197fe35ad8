import { h, type JSX } from 'preact'
import { useEffect } from 'preact/hooks'
import type {
  LetterGroup,
  LetterMessage,
  LetterQueue,
  MessagesAnswer,
} from '../../src/console-data.ts'
import type { Api } from '../server/api.ts'
import { count, counted, moment } from '../pieces/numbers.ts'
import { lettersPath } from '../server/paths.ts'
import { refusalText } from '../pieces/pieces.ts'
import { READ_TIMEOUT_MS } from './sweep-time.ts'
import { useReading } from '../server/use-reading.ts'

interface Props {
  readonly api: Api
  readonly queue: LetterQueue
  readonly group: LetterGroup
}

/** Each message of a group, why it is there, and the first rows that it points to. */
export function LetterMessages({ api, queue, group: { job, code, messages } }: Props): JSX.Element {
  const { told, refusal, isReading, read } = useReading<MessagesAnswer>(api)
  useEffect(() => read(lettersPath(queue, { job, code }, 'messages'), READ_TIMEOUT_MS), [])
  const shown = told?.messages ?? []
  return h(
    'div',
    { class: 'messages', 'aria-busy': isReading },
    isReading ? h('p', { class: 'soft', role: 'status' }, 'Reading …') : null,
    refusal === undefined ? null : refusalText(refusal),
    told !== undefined && shown.length === 0
      ? h('p', { class: 'soft' }, 'None of them is there any more, or somebody else reads them.')
      : null,
    ...shown.map(message),
    shown.length > 0 && shown.length < messages
      ? h(
          'p',
          { class: 'small soft' },
          `${counted(messages - shown.length, 'more message')} not shown.`,
        )
      : null,
  )
}

function message(letter: LetterMessage): JSX.Element {
  const { messageId, code, reason, attempts, sentAt, place, rows, missing, body } = letter
  const facts: readonly (readonly [name: string, text: string | undefined])[] = [
    ['message', messageId],
    ['reason', `${reason} (${code})`],
    ['attempts', count(attempts)],
    ['sent', moment(sentAt)],
    ['place', place],
    ['rows', missing === undefined ? undefined : `not shown: ${missing}`],
  ]
  return h(
    'article',
    { key: messageId, class: 'message' },
    h('dl', null, ...facts.map(([name, text]) => fact(name, text))),
    rows === undefined || rows.length === 0 ? null : firstRows(rows),
    h('pre', { 'aria-label': 'body', tabIndex: 0 }, body),
  )
}

const fact = (name: string, text: string | undefined): JSX.Element | null =>
  text === undefined
    ? null
    : h('div', { key: name }, h('dt', null, name), h('dd', { class: 'break' }, text))

const firstRows = (rows: NonNullable<LetterMessage['rows']>): JSX.Element =>
  h(
    'table',
    { class: 'first-rows stack' },
    h(
      'tbody',
      null,
      ...rows.map(({ row, text }) =>
        h(
          'tr',
          { key: row },
          h('th', { scope: 'row' }, `row ${count(row)}`),
          h('td', null, h('code', null, text)),
        ),
      ),
    ),
  )
