import { type ComponentChildren, h, type JSX } from 'preact'
import { useLayoutEffect, useState } from 'preact/hooks'

interface Props {
  readonly onClose: () => void
  readonly children?: ComponentChildren
}

/** What a button has opened. Escape closes it, and the focus goes back to the button. */
export function Panel({ onClose, children }: Props): JSX.Element {
  // Asked for before the panel is there, and takes the focus.
  const [before] = useState(() => document.activeElement)
  useLayoutEffect(() => () => giveBack(before), [before])
  const onKeyDown = ({ key }: { readonly key: string }): void => {
    if (key === 'Escape') onClose()
  }
  return h('div', { class: 'panel', onKeyDown }, children)
}

function giveBack(before: Element | null): void {
  if (before instanceof HTMLElement && before.isConnected) before.focus()
}

/** As a `ref`: takes the focus when it appears. */
export const takeFocus = (element: HTMLElement | null): void => element?.focus()
