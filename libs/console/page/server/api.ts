import { type Answer, answerOf } from './answer.ts'

/** Whether the server answers, as far as the last request tells. */
export type Link = 'fine' | 'away' | 'locked'

export interface Api {
  readonly link: Link
  /** Calls the listener at each change, until the function is called that is given back. */
  onLink(listener: (link: Link) => void): () => void
  get<T>(path: string, signal: AbortSignal, timeoutMs?: number): Promise<Answer<T>>
  /** Goes on when the page shows something else: what was asked for is to be done all the same. */
  post<T>(path: string, body: object, timeoutMs?: number): Promise<Answer<T>>
}

const TIMEOUT_MS = 20_000

/** Asks the server. Nothing throws: what goes wrong is an answer, too. */
export function createApi(key: string | undefined, forgetKey: () => void): Api {
  const listeners = new Set<(link: Link) => void>()
  let link: Link = key === undefined ? 'locked' : 'fine'

  function notice(kind: Answer<unknown>['kind']): void {
    const now = kind === 'told' || kind === 'refused' ? 'fine' : kind
    // A request that was under way when the key was refused opens nothing again.
    if (now === link || link === 'locked') return
    link = now
    if (link === 'locked') forgetKey()
    for (const listener of listeners) listener(link)
  }

  async function ask<T>(path: string, init: RequestInit, signal?: AbortSignal): Promise<Answer<T>> {
    const answer = await answerTo<T>(path, init)
    // Who was called off has learnt nothing about the server.
    if (signal?.aborted !== true) notice(answer.kind)
    return answer
  }

  const headers = { authorization: `Bearer ${key ?? ''}` }
  return {
    get link() {
      return link
    },
    onLink(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    get: async (path, signal, timeoutMs = TIMEOUT_MS) => {
      const either = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)])
      return await ask(path, { headers, signal: either }, signal)
    },
    post: async (path, body, timeoutMs = TIMEOUT_MS) =>
      await ask(path, {
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/json' },
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(timeoutMs),
      }),
  }
}

async function answerTo<T>(path: string, init: RequestInit): Promise<Answer<T>> {
  try {
    // The mode is left as it is: with another one the browser would hide the origin of a POST.
    return await answerOf<T>(await fetch(path, { ...init, cache: 'no-store', redirect: 'error' }))
  } catch (error) {
    // Who takes long is there.
    return (error as Error).name === 'TimeoutError' ? LATE : { kind: 'away' }
  }
}

const LATE: Answer<never> = {
  kind: 'refused',
  refusal: { error: 'The console has not answered in time.', hint: 'see how things are' },
}
