import { useRef, useState } from 'preact/hooks'
import type { DoneAnswer, ErrorAnswer } from '../../src/console-data.ts'
import type { Answer } from './answer.ts'
import type { Api } from './api.ts'

/** What the last verb has said. */
export type Notice =
  | { readonly kind: 'said'; readonly said: string }
  | { readonly kind: 'refused'; readonly refusal: ErrorAnswer }

export interface Act {
  readonly isBusy: boolean
  readonly notice: Notice | undefined
  /** Asks for it, unless something is being done already. */
  run(path: string, body: object, timeoutMs?: number): void
}

/** Lets one verb work at a time, keeps what it said, and then looks what has become of it. */
export function useAct(api: Api, onDone: () => void): Act {
  const [isBusy, setBusy] = useState(false)
  const [notice, setNotice] = useState<Notice>()
  // Two clicks may come before the page is drawn again.
  const busy = useRef(false)
  const run = async (path: string, body: object, timeoutMs?: number): Promise<void> => {
    if (busy.current) return
    busy.current = true
    setBusy(true)
    setNotice(undefined)
    const answer = await api.post<DoneAnswer>(path, body, timeoutMs)
    busy.current = false
    setBusy(false)
    setNotice(noticeOf(answer))
    onDone()
  }
  return { isBusy, notice, run: (...args) => void run(...args) }
}

function noticeOf(answer: Answer<DoneAnswer>): Notice | undefined {
  switch (answer.kind) {
    case 'told':
      return { kind: 'said', said: answer.told.said }
    case 'refused':
      return answer
    case 'away':
      return { kind: 'refused', refusal: UNKNOWN }
    case 'locked':
      return undefined
    default:
      return answer satisfies never
  }
}

const UNKNOWN: ErrorAnswer = {
  error: 'The console has not answered: what was asked for may have been done, or not.',
  hint: 'see how things are before you ask again',
}
