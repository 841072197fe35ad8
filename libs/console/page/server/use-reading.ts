import { useEffect, useRef, useState } from 'preact/hooks'
import type { ErrorAnswer } from '../../src/console-data.ts'
import type { Api } from './api.ts'

export interface Reading<T> {
  /** The last that was told; it stays while it is read again. */
  readonly told: T | undefined
  readonly refusal: ErrorAnswer | undefined
  readonly isReading: boolean
  /** Reads it, unless it is being read already. */
  read(path: string, timeoutMs?: number): void
}

/** Something that is read when somebody asks for it, and not before. */
export function useReading<T>(api: Api): Reading<T> {
  const [told, setTold] = useState<T>()
  const [refusal, setRefusal] = useState<ErrorAnswer>()
  const [isReading, setReading] = useState(false)
  const under = useRef<AbortController | undefined>(undefined)
  useEffect(() => () => under.current?.abort(), [])
  const read = async (path: string, timeoutMs?: number): Promise<void> => {
    if (under.current !== undefined) return
    const stop = new AbortController()
    under.current = stop
    setReading(true)
    const answer = await api.get<T>(path, stop.signal, timeoutMs)
    if (stop.signal.aborted) return
    under.current = undefined
    setReading(false)
    setRefusal(answer.kind === 'refused' ? answer.refusal : undefined)
    if (answer.kind === 'told') setTold(answer.told)
    if (answer.kind === 'away') setRefusal(AWAY)
  }
  return { told, refusal, isReading, read: (...args) => void read(...args) }
}

const AWAY: ErrorAnswer = { error: 'The console has not answered.', hint: 'ask once more' }
