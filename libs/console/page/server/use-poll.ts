import { useCallback, useEffect, useState } from 'preact/hooks'
import type { ErrorAnswer } from '../../src/console-data.ts'
import type { Api } from './api.ts'
import { createBell } from './bell.ts'
import { poll, untilSeen } from './poll.ts'

export interface Poll<T> {
  /** The last that was told: it stays while the server is away. */
  readonly told: T | undefined
  /** When it was told, in milliseconds. */
  readonly atMs: number
  /** What the server has said instead, since then. */
  readonly refusal: ErrorAnswer | undefined
  /** Looks at once. */
  readonly again: () => void
}

interface Options<T> {
  readonly everyMs: number
  /** Polls while this holds. */
  readonly isOn: boolean
  readonly isLast: (told: T) => boolean
}

/** Keeps what a path of the server tells up to date, for as long as the component is there. */
export function usePoll<T>(api: Api, path: string, { everyMs, isOn, isLast }: Options<T>): Poll<T> {
  const [seen, setSeen] = useState<Omit<Poll<T>, 'again'>>({
    told: undefined,
    atMs: 0,
    refusal: undefined,
  })
  const [bell] = useState(createBell)
  useEffect(() => {
    if (!isOn) return undefined
    const stop = new AbortController()
    const polled = {
      look: (signal: AbortSignal) => api.get<T>(path, signal),
      show: (answer: Awaited<ReturnType<typeof api.get<T>>>) => {
        if (answer.kind === 'told') {
          setSeen({ told: answer.told, atMs: Date.now(), refusal: undefined })
        } else if (answer.kind === 'refused') {
          setSeen((before) => ({ ...before, refusal: answer.refusal }))
        }
      },
      isLast,
      everyMs,
      bell,
      seen: untilSeen,
    }
    void poll<T>(polled, stop.signal)
    return () => stop.abort()
  }, [api, path, isOn])
  return { ...seen, again: useCallback(() => bell.ring(), [bell]) }
}
