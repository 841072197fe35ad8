import { h, type JSX } from 'preact'
import { useState } from 'preact/hooks'
import { counted, duration } from '../pieces/numbers.ts'
import { Panel, takeFocus } from '../pieces/panel.ts'

interface Props {
  readonly messages: number
  /** With messages a second, at most. */
  readonly onSend: (rate: number) => void
  readonly onClose: () => void
}

/** As `millrace dlq redrive` has it: many at once may be what has brought them here. */
const RATE_DEFAULT = 50
const RATE_MAX = 10_000

export function RedriveForm({ messages, onSend, onClose }: Props): JSX.Element {
  const [rate, setRate] = useState(String(RATE_DEFAULT))
  const submit = (event: Event): void => {
    event.preventDefault()
    onSend(Number(rate))
  }
  return h(
    Panel,
    { onClose },
    h(
      'form',
      { onSubmit: submit },
      h('p', null, `Publish ${counted(messages, 'message')} again on the queue they come from?`),
      h(
        'label',
        { class: 'field' },
        h('span', null, 'Messages a second, at most'),
        h('input', {
          type: 'number',
          min: 1,
          max: RATE_MAX,
          required: true,
          value: rate,
          ref: takeFocus,
          onInput: ({ currentTarget }: { readonly currentTarget: HTMLInputElement }) =>
            setRate(currentTarget.value),
        }),
        Number(rate) > 0
          ? h('span', { class: 'small soft' }, takes(messages / Number(rate)))
          : null,
      ),
      h(
        'div',
        { class: 'buttons' },
        h('button', { type: 'submit' }, 'Redrive'),
        h('button', { type: 'button', onClick: onClose }, 'Leave them'),
      ),
    ),
  )
}

const takes = (seconds: number): string => `takes about ${duration(seconds)}`
