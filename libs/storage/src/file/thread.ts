import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { Glance, Read } from './read-over.ts'

/** A thread that reads, as others see it: starting, ready, gone. */
export interface Thread {
  readonly isReady: boolean
  /** Reads that it was asked for and has not answered. */
  readonly reads: number
  /** How many bytes were read; nothing when it could not. */
  read(read: Read): Promise<number | undefined>
  end(): Promise<void>
}

/** Beside this module, also when both are bundled. */
const program = new URL(`reader-thread${extname(import.meta.url)}`, import.meta.url)

export function startThread(glance: Glance): Thread {
  // Nothing that the process preloads, such as telemetry, has to start again for it.
  const worker = new Worker(program, { workerData: glance, execArgv: [] })
  const waiting: ((bytes: number | undefined) => void)[] = []
  let isReady = false
  worker.once('message', () => {
    isReady = true
    worker.on('message', (bytes: number | undefined) => waiting.shift()?.(bytes))
  })
  const leave = (): void => {
    isReady = false
    for (const resolve of waiting.splice(0)) resolve(undefined)
  }
  worker.on('error', leave).on('exit', leave)
  return {
    get isReady() {
      return isReady
    },
    get reads() {
      return waiting.length
    },
    read: (read) =>
      new Promise((resolve) => {
        waiting.push(resolve)
        worker.postMessage(read)
      }),
    end: async () => void (await worker.terminate()),
  }
}
