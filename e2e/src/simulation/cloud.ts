import { type JobId, type JobState, limits } from '@millrace/job'
import {
  createQueueModel,
  createStoreModel,
  createTableModel,
  type QueueModel,
  type Random,
  type StoredMessage,
  type StoredObject,
  type StoreModel,
  type TableModel,
  type TableWrite,
  type VirtualTime,
} from '@millrace/testing'
import type { Scenario } from './scenario.ts'

export const BUCKET = 'bucket'
export const TABLE = 'ledger'
export type QueueName = 'jobs' | 'batches' | 'completions'
export const queueUrl = (name: string): string => `https://sqs.test/${name}`

/** The services of one run, all of them models. */
export interface SimulatedCloud {
  readonly table: TableModel
  /** The same, of whom its watcher is told what he writes. */
  tableOf(writer: string): TableModel
  readonly store: StoreModel
  /** By URL, the dead-letter queues among them. */
  readonly queues: ReadonlyMap<string, QueueModel>
  queue(name: QueueName | `${QueueName}-dlq`): QueueModel
  /** As the ledger has it. */
  stateOf(jobId: JobId): JobState | undefined
  /** Items of jobs that were written; while it is the same, so are the states. */
  jobWrites(): number
}

/** Who looks at every change as it happens. */
export interface Watcher {
  /** @param writer the machine that wrote it, if one did. */
  wrote(write: TableWrite, writer: string | undefined): void
  put(place: string, object: StoredObject): void
  sent(queue: QueueName, body: string): void
  deleted(queue: QueueName, message: StoredMessage): void
  /** A look has thrown. The app that made the change must not be told: it would take it for a fault. */
  failed(error: unknown): void
}

export interface CloudOptions {
  readonly time: VirtualTime
  readonly random: Random
  /** A stream of its own for the deletes of queues. */
  readonly ofDeletes: Random
  readonly scenario: Scenario
  readonly onFault: (kind: string) => void
}

export function createCloud(
  { time, random, ofDeletes, scenario, onFault }: CloudOptions,
  watcher: Watcher,
): SimulatedCloud {
  const { faults, visibilitySeconds } = scenario
  const nowMs = (): number => time.nowMs
  const look = (at: () => void): void => {
    try {
      at()
    } catch (error) {
      watcher.failed(error)
    }
  }
  const queues = new Map<string, QueueModel>()
  const common = {
    nowMs,
    random,
    after: (delayMs: number, run: () => void) => void time.after(delayMs, run),
    visibilityTimeoutSeconds: visibilitySeconds,
  }
  for (const name of ['jobs', 'batches', 'completions'] as const) {
    const deadLetter = createQueueModel(common)
    queues.set(queueUrl(`${name}-dlq`), deadLetter)
    queues.set(
      queueUrl(name),
      createQueueModel({
        ...common,
        redrive: { to: deadLetter, receivesMax: limits.attemptsMax },
        duplicates: () => faults.duplicates,
        onDuplicate: () => onFault('delivered_twice'),
        entryFailures: () => faults.entryFailures,
        deletes: {
          random: ofDeletes,
          ignored: () => faults.deletesIgnored,
          undone: () => faults.deletesUndone,
          onFault,
        },
        onSend: (body) => look(() => watcher.sent(name, body)),
        onDelete: (message) => look(() => watcher.deleted(name, message)),
      }),
    )
  }
  const states = new Map<string, JobState>()
  let jobWrites = 0
  let writing: string | undefined
  const table = createTableModel({
    nowMs,
    lagMs: () => random.next() * faults.lagMs,
    onWrite(write) {
      const { item } = write
      if (item?.['SK']?.S === 'META') {
        jobWrites += 1
        states.set(item['jobId']?.S ?? '', item['state']?.S as JobState)
      }
      look(() => watcher.wrote(write, writing))
    },
  })
  /** Each operation is done at once, so that there is one who writes at a time. */
  const by =
    <Input>(writer: string, operation: (input: Input) => object) =>
    (input: Input): object => {
      writing = writer
      try {
        return operation(input)
      } finally {
        writing = undefined
      }
    }
  return {
    table,
    tableOf: (writer) => ({
      ...table,
      put: by(writer, table.put),
      update: by(writer, table.update),
    }),
    stateOf: (jobId) => states.get(jobId),
    jobWrites: () => jobWrites,
    store: createStoreModel({
      onPut: (place, object) => look(() => watcher.put(place, object)),
    }),
    queues,
    queue: (name) => queues.get(queueUrl(name)) as QueueModel,
  }
}
