import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import { memoryOf, type ThreadReply, type ThreadRequest } from './thread-messages.ts'

type Asked = PromiseWithResolvers<ThreadReply>

let thread: { readonly worker: Worker; readonly waiting: Asked[] } | undefined

/**
 * Asks the other thread of this process, of which there is one, begun by the first who asks. Answers come in
 * order. It keeps the process alive only while somebody waits for an answer.
 */
export function askThread(request: ThreadRequest): Promise<ThreadReply> {
  thread ??= startThread()
  const asked: Asked = Promise.withResolvers()
  thread.waiting.push(asked)
  thread.worker.ref()
  thread.worker.postMessage(request, memoryOf(request))
  return asked.promise
}

/** Begins the thread, which takes it some 40 ms, so that it is there when it is asked. */
export function beginThread(): void {
  thread ??= startThread()
  if (thread.waiting.length === 0) thread.worker.unref()
}

/** True while an answer is to come: a simulation's clock has to stand still meanwhile. */
export const isThreadAsked = (): boolean => (thread?.waiting.length ?? 0) > 0

function startThread() {
  // Beside this module: as TypeScript here, as JavaScript in a bundle.
  const program = `./second-thread${extname(import.meta.url)}`
  const worker = new Worker(new URL(program, import.meta.url))
  const waiting: Asked[] = []
  worker.on('message', (reply: ThreadReply) => {
    waiting.shift()?.resolve(reply)
    if (waiting.length === 0) worker.unref()
  })
  worker.on('error', (error) => {
    thread = undefined
    for (const { reject } of waiting.splice(0)) reject(error)
  })
  return { worker, waiting }
}
