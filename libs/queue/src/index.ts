export { type QueueDepth, readDepth } from './calls/depth.ts'
export type { DeadLetter } from './dead-letters/dead-letter.ts'
export {
  type DeadLettersWanted,
  discardDeadLetters,
  readDeadLetters,
  type Redriven,
  redriveDeadLetters,
} from './dead-letters/dead-letters.ts'
export { type AppQueues, openQueues } from './calls/open-queues.ts'
export { type OutgoingMessage, publish } from './calls/publish.ts'
export { createQueueClient, type Queue } from './calls/queue.ts'
export { QueueError, type QueueErrorCode } from './calls/queue-error.ts'
export type { Disposition, Received, Rejection } from './calls/received.ts'
export { postponedSeconds } from './calls/wait.ts'
export type { WorkerQueues } from './calls/message-calls.ts'
export { createWorker, type Worker, type WorkerState } from './worker/worker.ts'
export type { WorkerLogger, WorkerOptions } from './worker/worker-options.ts'
export type { WorkerStats } from './worker/worker-stats.ts'
export type { Swept } from './dead-letters/sweep-dead-letters.ts'
