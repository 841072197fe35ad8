import { createDurationSketch, type DurationSketch } from './duration-sketch.ts'

/** What was recorded between two moments. */
export interface TimelinePoint {
  /** Seconds since the epoch at which it begins. */
  readonly at: number
  readonly rows: number
  readonly batches: number
  readonly throttles: number
  /** Milliseconds from a batch's read to its last prediction. */
  readonly p50Ms: number
  readonly p95Ms: number
}

export interface Timeline {
  readonly bucketSeconds: number
  readonly points: readonly TimelinePoint[]
}

export interface RecordedBatch {
  readonly rows: number
  readonly throttles: number
  readonly durationMs: number
  /** Seconds since the epoch. */
  readonly recordedAt: number
}

/** Buckets held at most; when a job outgrows them, two become one. */
const BUCKETS_MAX = 240

interface Bucket {
  rows: number
  batches: number
  throttles: number
  readonly durations: DurationSketch
}

/** Gathers batches, in any order, by the time at which they were recorded. */
export function createTimeline() {
  let bucketSeconds = 1
  let buckets = new Map<number, Bucket>()

  function fit(): void {
    const [first, last] = extent(buckets)
    if (last - first < BUCKETS_MAX) return
    bucketSeconds *= 2
    const before = buckets
    buckets = new Map()
    for (const [at, bucket] of before) merge(bucketAt(buckets, Math.floor(at / 2)), bucket)
    fit()
  }

  return {
    add({ rows, throttles, durationMs, recordedAt }: RecordedBatch): void {
      const at = Math.floor(recordedAt / bucketSeconds)
      const isNew = !buckets.has(at)
      const bucket = bucketAt(buckets, at)
      bucket.rows += rows
      bucket.batches += 1
      bucket.throttles += throttles
      bucket.durations.add(durationMs)
      if (isNew) fit()
    },
    /** Buckets in which nothing was recorded are there too, with zeros. */
    timeline(): Timeline {
      const [first, last] = extent(buckets)
      const length = buckets.size === 0 ? 0 : last - first + 1
      const points = Array.from({ length }, (_, index) =>
        pointOf((first + index) * bucketSeconds, buckets.get(first + index)),
      )
      return { bucketSeconds, points }
    },
  }
}

function bucketAt(buckets: Map<number, Bucket>, at: number): Bucket {
  const found = buckets.get(at)
  if (found !== undefined) return found
  const bucket = { rows: 0, batches: 0, throttles: 0, durations: createDurationSketch() }
  buckets.set(at, bucket)
  return bucket
}

function merge(into: Bucket, { rows, batches, throttles, durations }: Bucket): void {
  into.rows += rows
  into.batches += batches
  into.throttles += throttles
  into.durations.merge(durations)
}

function extent(buckets: ReadonlyMap<number, Bucket>): [number, number] {
  let [first, last] = [Infinity, -Infinity]
  for (const at of buckets.keys()) {
    first = Math.min(first, at)
    last = Math.max(last, at)
  }
  return [first, last]
}

function pointOf(at: number, bucket: Bucket | undefined): TimelinePoint {
  if (bucket === undefined) return { at, rows: 0, batches: 0, throttles: 0, p50Ms: 0, p95Ms: 0 }
  const { rows, batches, throttles, durations } = bucket
  const [p50Ms, p95Ms] = [durations.quantile(0.5), durations.quantile(0.95)]
  return { at, rows, batches, throttles, p50Ms: tenth(p50Ms), p95Ms: tenth(p95Ms) }
}

const tenth = (ms: number): number => Math.round(ms * 10) / 10
