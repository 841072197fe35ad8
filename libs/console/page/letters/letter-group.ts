import { h, type JSX } from 'preact'
import { useState } from 'preact/hooks'
import type { LetterGroup, LetterQueue } from '../../src/console-data.ts'
import type { Api } from '../server/api.ts'
import { LetterMessages } from './letter-messages.ts'
import { ago, count, counted, moment } from '../pieces/numbers.ts'
import { sweepPath } from '../server/paths.ts'
import { jobName } from '../pieces/pieces.ts'
import { question } from '../pieces/question.ts'
import { RedriveForm } from './redrive-form.ts'
import { discardTimeoutMs, redriveTimeoutMs } from './sweep-time.ts'
import type { Act } from '../server/use-act.ts'

interface Props {
  readonly api: Api
  readonly queue: LetterQueue
  readonly group: LetterGroup
  readonly act: Act
}

type Open = 'messages' | 'redrive' | 'discard'

const LABELS: readonly (readonly [open: Open, label: string])[] = [
  ['messages', 'Show'],
  ['redrive', 'Redrive …'],
  ['discard', 'Discard …'],
]

/** Messages of one job that were set aside by one code, and below them what has been opened. */
export function LetterGroupRows(props: Props): JSX.Element {
  const { group, act } = props
  const [open, setOpen] = useState<Open>()
  const toggle = (which: Open): void => setOpen(open === which ? undefined : which)
  return h(
    'tbody',
    null,
    h(
      'tr',
      null,
      h('td', { class: 'code-cell' }, h('code', null, group.code)),
      h('td', { class: 'job-cell' }, jobName(group.job)),
      h('td', { class: 'messages-cell number', 'data-unit': 'messages' }, count(group.messages)),
      h(
        'td',
        { class: 'oldest-cell cut', title: moment(group.oldest) },
        ago(group.oldest, Date.now() / 1_000),
      ),
      h('td', { class: 'reason-cell break' }, group.reason, otherReasons(group)),
      h(
        'td',
        { class: 'treat-cell' },
        h('div', { class: 'buttons' }, ...buttons(open, act.isBusy, toggle)),
      ),
    ),
    open === undefined
      ? null
      : h(
          'tr',
          { class: 'opened' },
          h(
            'td',
            { colSpan: 6 },
            opened(open, props, () => setOpen(undefined)),
          ),
        ),
  )
}

const otherReasons = ({ reasons }: LetterGroup): JSX.Element | null =>
  reasons === 1
    ? null
    : h('span', { class: 'soft' }, `, and ${counted(reasons - 1, 'other reason')}`)

const buttons = (
  open: Open | undefined,
  isBusy: boolean,
  toggle: (open: Open) => void,
): JSX.Element[] =>
  LABELS.map(([which, label]) =>
    h(
      'button',
      {
        key: which,
        type: 'button',
        'aria-expanded': open === which,
        'aria-disabled': isBusy,
        onClick: () => {
          if (!isBusy) toggle(which)
        },
      },
      which === 'messages' && open === which ? 'Hide' : label,
    ),
  )

function opened(open: Open, { api, queue, group, act }: Props, close: () => void): JSX.Element {
  const { messages, job, code } = group
  switch (open) {
    case 'messages':
      return h(LetterMessages, { api, queue, group })
    case 'redrive':
      return h(RedriveForm, {
        messages,
        onSend: (rate) => {
          close()
          const timeoutMs = redriveTimeoutMs(messages, rate)
          act.run(sweepPath(queue, 'redrive'), { job, code, rate }, timeoutMs)
        },
        onClose: close,
      })
    case 'discard':
      return question({
        text: `Discard ${counted(messages, 'message')}? ${messages === 1 ? 'It is' : 'They are'} deleted for good.`,
        yes: `Discard ${counted(messages, 'message')}`,
        no: messages === 1 ? 'Keep it' : 'Keep them',
        onYes: () => {
          close()
          act.run(sweepPath(queue, 'discard'), { job, code, messages }, discardTimeoutMs(messages))
        },
        onNo: close,
      })
    default:
      return open satisfies never
  }
}
