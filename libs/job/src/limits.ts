import assert from 'node:assert/strict'

/**
 * Every limit of the system, in one place. Apps and infrastructure both import it, so a queue's
 * visibility timeout and the invocation it must outlast cannot drift apart.
 */
export const limits = {
  /** Rows of one batch unless the job says otherwise. */
  batchRowsDefault: 1_000,
  batchRowsMax: 100_000,
  /**
   * Payload of one invocation. SageMaker takes 6,291,456 bytes; the rest is room for framing. Serverless endpoints
   * take 4 MB: what they refuse is halved.
   */
  payloadBytesDefault: 5 * 1024 * 1024,
  payloadBytesMax: 6_291_456,
  /**
   * One row of a dataset. A larger one than a payload is a failure of that row alone; beyond this it is no row
   * any more, but what follows a quote that is never closed: the job ends.
   */
  rowBytesMax: 64 * 1024 * 1024,

  /**
   * Predictions of one batch, as text, that a job is begun with: as many batches as a consumer invokes at once
   * unless told otherwise take half of the 512 MiB that it has.
   */
  predictionBytesPlanned: 16 * 1024 * 1024,
  /** With which a batch ends, whatever its job was begun with: rows further on may be answered with more. */
  predictionBytesMax: 64 * 1024 * 1024,

  /** SageMaker ends an invocation after 60 s; our socket waits a little longer to hear so. */
  invocationTimeoutMs: 60_000,
  invocationSocketTimeoutMs: 70_000,
  /** Invocations that one attempt may repeat for a passing fault before it gives the batch back. */
  invocationRetriesMax: 4,

  /** How long a received message stays hidden from other workers, unless extended. */
  visibilityTimeoutSeconds: 120,
  /** SQS ends visibility this long after the receive, whatever is extended. */
  visibilityMaxSeconds: 12 * 60 * 60,
  /** Attempts of one message before SQS moves it to the dead-letter queue. */
  attemptsMax: 5,
  /** SQS holds a receive open for at most this long when the queue is empty. */
  receiveWaitSeconds: 20,
  receiveEntriesMax: 10,

  /** Fargate sends SIGKILL this long after SIGTERM. */
  stopTimeoutSeconds: 120,
  /** A worker gives back what it has not finished by then. */
  drainDeadlineSeconds: 105,
  /** A task asks ECS for protection while it holds work that has run for so long. */
  longWorkSeconds: 60,
  /** Recording a part and acknowledging its message. */
  recordSeconds: 5,
  /** How long it is tried while the ledger or the store is away: what the endpoint answered is paid for. */
  recordPatienceSeconds: 600,

  /** Messages that one worker handles at once at most, whatever its configuration asks for; a poll more may wait. */
  concurrencyMax: 1_024,
  /** Jobs that a producer plans at once: a second one must not wait for the first one's gigabytes. */
  plansAtOnce: 4,
  /** Results that an aggregator writes at once: two keep the disk or S3 busy, more only share it. */
  resultsAtOnce: 2,
  /** Invocations that a consumer has in flight at most, unless told otherwise. */
  concurrencyDefault: 16,
  /** A job's state is trusted for so long: pause, cancel and adjustments reach every worker within it. */
  jobFreshMs: 2_000,
  /** A batch that does not get on keeps its place in a consumer for so long before others may have it. */
  placeKeptMs: 20_000,

  /** The first rows of a job, which are tried before it is planned: enough to tell rows from one multi-class row, and cheap. */
  probeRows: 20,

  /** Batches whose marks share one progress item; 128 numbers stay under 1 KB, one write unit. */
  progressFanOut: 128,
  /** Part data above this goes to storage and the item points to it (DynamoDB: 400 KB an item). */
  partInlineBytesMax: 300 * 1024,
  /** Parts of a job are spread over so many partitions of the ledger: 1,000 writes a second each. */
  partPartitions: 16,
  /** Batches of one plan segment, a 32-byte record each. */
  planSegmentBatches: 1_024,

  /** What an object and a whole dataset may expand to: so many times its size, or so little that nobody minds. */
  expansionMax: 250,
  expandedBytesFree: 1024 * 1024 * 1024,
  /** Of the whole dataset, decompressed. */
  expandedBytesMax: 1024 ** 4,

  /** Jobs that a retry stands on at most: each read of a batch looks through them. */
  retryLayersMax: 16,
  retryReasonsMax: 32,

  /** The aggregator's claim on a job, and how often it is renewed. */
  leaseSeconds: 60,
  leaseRenewSeconds: 20,
  /** A job in which nothing has moved for this long has its missing batches published again. */
  stalledSeconds: 900,
  /** So often it is noted of a job that its dataset is still being decompressed. */
  spoolToldSeconds: 60,

  /** How much of an endpoint's own words is kept with a failed row. */
  failureMessageCharsMax: 512,
  /** How much is kept of why a job has failed, or waits. It may quote a table's header, and an item holds 400 KB. */
  jobFailureCharsMax: 4_096,
  /** A message above this is refused unread (SQS: 1 MiB). */
  messageBytesMax: 64 * 1024,
  /**
   * A job request may name twenty thousand columns. It becomes the job's item, which every consumer of the job
   * reads each two seconds: at this size a hundred of them read 1,600 units a second of the 3,000 that a
   * partition of the ledger gives.
   */
  jobRequestBytesMax: 128 * 1024,
} as const

// A whole invocation fits, so a batch is not redelivered because one heartbeat came late.
assert(limits.visibilityTimeoutSeconds * 1_000 > limits.invocationSocketTimeoutMs)
// SageMaker's own time-out speaks first; otherwise its reason is lost.
assert(limits.invocationSocketTimeoutMs > limits.invocationTimeoutMs)
// Last long poll + invocation + record fit the drain, and the drain ends before SIGKILL.
assert(
  limits.receiveWaitSeconds + limits.invocationTimeoutMs / 1_000 + limits.recordSeconds <=
    limits.drainDeadlineSeconds,
)
assert(limits.drainDeadlineSeconds < limits.stopTimeoutSeconds)
// A batch of a single invocation needs no protection, and what needs it has it before a drain is too short.
assert(limits.longWorkSeconds * 1_000 >= limits.invocationTimeoutMs)
assert(limits.longWorkSeconds < limits.drainDeadlineSeconds)
// A renewal may be lost, and the next is still in time.
assert(limits.leaseSeconds >= 3 * limits.leaseRenewSeconds)
// A queue that was made before 2025 takes 256 KiB with its attributes, an item of the ledger 400 KB with its own.
assert(limits.jobRequestBytesMax >= limits.messageBytesMax)
assert(limits.jobRequestBytesMax <= 128 * 1024)
assert(limits.payloadBytesDefault <= limits.payloadBytesMax)
// Whatever no payload takes still has a number, up to a size that nobody means.
assert(limits.rowBytesMax > limits.payloadBytesMax)
assert(limits.predictionBytesPlanned < limits.predictionBytesMax)
// What a consumer invokes at once takes half of its 512 MiB.
assert(limits.concurrencyDefault * limits.predictionBytesPlanned <= 256 * 1024 * 1024)
assert(limits.concurrencyDefault <= limits.concurrencyMax)
// Whoever waits for its place has heard of its job several times.
assert(limits.placeKeptMs >= 5 * limits.jobFreshMs)
// A note may be lost, and a job that is being worked on is not taken for one that stands still.
assert(limits.stalledSeconds >= 5 * limits.spoolToldSeconds)
// A batch's bytes are a u32 in the plan: it is no larger than a payload, or is one row.
assert(limits.rowBytesMax < 2 ** 32)
// What a consumer still tries to record is not published again.
assert(limits.recordPatienceSeconds < limits.stalledSeconds)
assert(limits.stalledSeconds > limits.visibilityTimeoutSeconds * limits.attemptsMax)
