/** What a job uses of AWS; estimated before it, or counted while it ran. */
export interface Usage {
  readonly invocations: number
  /** The sum over all invocations: that of one after the other. */
  readonly endpointSeconds: number
  /** Sent to the endpoint, and answered by it. */
  readonly endpointBytesIn: number
  readonly endpointBytesOut: number
  /** Of all queues. Polls that brought nothing are the fleet's, whether there is a job or not. */
  readonly sqsRequests: number
  /** Those of `sqsRequests` on the queue whose messages have a group: it is fair, which costs extra. */
  readonly sqsFairRequests: number
  readonly writeUnits: number
  readonly readUnits: number
  /** PUT, POST and LIST. */
  readonly s3Writes: number
  /** GET and HEAD. */
  readonly s3Reads: number
  /** Consumers together, while the job ran. */
  readonly workerSeconds: number
}
