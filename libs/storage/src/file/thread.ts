import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import { abandon } from './claims.ts'
import type { OpenRange, Reader } from './read-claims.ts'

/** A thread that reads, as others see it: starting, ready, gone. */
export interface Thread {
  readonly isReady: boolean
  /** Lets it claim pieces of a file, now or once it is ready. */
  join(file: OpenRange): void
  /** Resolves when it reads nothing any more of what it joined. There is nothing left to claim by then. */
  leave(): Promise<void>
  end(): Promise<void>
}

/** Beside this module, also when both are bundled. */
const program = new URL(`reader-thread${extname(import.meta.url)}`, import.meta.url)

export function startThread(reader: Reader): Thread {
  // Nothing that the process preloads, such as telemetry, has to start again for it.
  const worker = new Worker(program, { workerData: reader, execArgv: [] })
  let state: 'starting' | 'ready' | 'gone' = 'starting'
  let joined: OpenRange | undefined
  let reading: PromiseWithResolvers<void> | undefined
  const read = (): void => {
    if (joined === undefined || state !== 'ready') return
    reading = Promise.withResolvers()
    worker.postMessage(joined)
  }
  worker.on('message', (said: 'ready' | 'done') => {
    if (said === 'done') return reading?.resolve()
    state = 'ready'
    read()
  })
  const vanish = (): void => {
    state = 'gone'
    for (const slot of reader.slots) abandon(reader.shared.claims, slot)
    reading?.resolve()
  }
  worker.on('error', vanish).on('exit', vanish)
  return {
    get isReady() {
      return state === 'ready'
    },
    join(file) {
      joined = file
      read()
    },
    async leave() {
      joined = undefined
      await reading?.promise
      reading = undefined
    },
    end: async () => void (await worker.terminate()),
  }
}
