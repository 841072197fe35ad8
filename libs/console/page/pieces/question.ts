import { h, type JSX } from 'preact'
import { Panel, takeFocus } from './panel.ts'

interface Props {
  readonly text: string
  readonly yes: string
  readonly no: string
  readonly onYes: () => void
  readonly onNo: () => void
}

/** Asks once more before something that cannot be undone. The focus goes to the answer that changes nothing. */
export const question = ({ text, yes, no, onYes, onNo }: Props): JSX.Element =>
  h(
    Panel,
    { onClose: onNo },
    h('p', null, text),
    h(
      'div',
      { class: 'buttons' },
      h('button', { type: 'button', class: 'danger', onClick: onYes }, yes),
      h('button', { type: 'button', ref: takeFocus, onClick: onNo }, no),
    ),
  )
