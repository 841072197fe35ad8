import { EventError, type EventSink, type EventSinks } from '@millrace/events'
import type { JobEvent } from '@millrace/job'
import type { Link } from '@millrace/testing'

/** Whoever wants to hear of the start and the end of jobs. */
export interface Listener {
  /** The way of one machine's events to it. */
  through(link: Link): EventSinks
  /** What it has heard of a job, in order. */
  heardOf(jobId: string): readonly JobEvent[]
}

const refusal = (): EventError => new EventError('throttled', 'put event: throttled')

export function createListener(): Listener {
  const heard = new Map<string, JobEvent[]>()
  const heardOf = (jobId: string): JobEvent[] => heard.get(jobId) ?? []
  const hear = (event: JobEvent): void =>
    void heard.set(event.jobId, [...heardOf(event.jobId), event])
  return {
    heardOf,
    through: (link) => ({ sinks: [sinkThrough(link)], close: () => {} }),
  }

  function sinkThrough(link: Link): EventSink {
    return {
      name: 'bus',
      async tell(event, signal) {
        const call = {
          name: 'events PutEvents',
          timeoutMs: 5_000,
          refusal,
          serve(answer: (value: undefined) => void) {
            hear(event)
            answer(undefined)
          },
        }
        await link(call, signal).catch((cause: unknown) => {
          signal.throwIfAborted()
          throw new EventError('unavailable', `put event: ${String(cause)}`, { cause })
        })
      },
    }
  }
}
