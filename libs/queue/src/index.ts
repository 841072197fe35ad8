export { type QueueDepth, readDepth } from './depth.ts'
export type { DeadLetter } from './dead-letter.ts'
export {
  type DeadLettersWanted,
  discardDeadLetters,
  readDeadLetters,
  redriveDeadLetters,
} from './dead-letters.ts'
export { type AppQueues, openQueues } from './open-queues.ts'
export { type OutgoingMessage, publish } from './publish.ts'
export { createQueueClient, type Queue } from './queue.ts'
export { QueueError, type QueueErrorCode } from './queue-error.ts'
export type { Disposition, Received, Rejection } from './received.ts'
export type { WorkerQueues } from './message-calls.ts'
export { createWorker, type Worker, type WorkerState } from './worker.ts'
export type { WorkerLogger, WorkerOptions } from './worker-options.ts'
export type { WorkerStats } from './worker-stats.ts'
export type { Swept } from './sweep-dead-letters.ts'
