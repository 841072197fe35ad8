/**
 * What a worker has used of AWS since the part that it recorded before. Each part carries it, so the
 * sum over the parts of a job is what the job has used, whoever reads it and however often.
 */
export interface Spent {
  /** Parts whose own recording is in it; the last one of each worker never is. */
  readonly parts: number
  /** Requests of its queue and of completions; polls that brought nothing are not in it. */
  readonly calls: number
  readonly writes: number
  readonly reads: number
  /** Bytes sent to endpoints, and answered by them. */
  readonly sent: number
  readonly got: number
  /** Milliseconds since then. */
  readonly ms: number
}

export const NOTHING_SPENT: Spent = {
  parts: 0,
  calls: 0,
  writes: 0,
  reads: 0,
  sent: 0,
  got: 0,
  ms: 0,
}

export function addSpent(a: Spent, b: Spent): Spent {
  return {
    parts: a.parts + b.parts,
    calls: a.calls + b.calls,
    writes: a.writes + b.writes,
    reads: a.reads + b.reads,
    sent: a.sent + b.sent,
    got: a.got + b.got,
    ms: a.ms + b.ms,
  }
}
