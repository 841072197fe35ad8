/** Something that is due at a moment of virtual time. */
export interface Event {
  readonly atMs: number
  /** Breaks ties: first planned, first run. */
  readonly order: number
  run: (() => void) | undefined
}

export interface EventQueue {
  add(atMs: number, run: () => void): Event
  /** The next event that was not cancelled; nothing when there is none. */
  take(): Event | undefined
}

/** A binary heap. An event is cancelled by taking its `run` away; it is dropped when its turn comes. */
export function createEventQueue(): EventQueue {
  const heap: Event[] = []
  let order = 0
  const isBefore = (a: Event, b: Event): boolean =>
    a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order)

  /** Puts an event in at the end, and those that are after it out of its way. */
  function rise(event: Event): void {
    let at = heap.push(event) - 1
    while (at > 0) {
      const above = (at - 1) >> 1
      const parent = heap[above] as Event
      if (isBefore(parent, event)) break
      heap[at] = parent
      at = above
    }
    heap[at] = event
  }
  /** Puts an event in at the top, and those that are before it out of its way. */
  function sink(event: Event): void {
    const { length } = heap
    let at = 0
    for (;;) {
      const left = 2 * at + 1
      if (left >= length) break
      const right = left + 1
      const isRight = right < length && isBefore(heap[right] as Event, heap[left] as Event)
      const below = isRight ? right : left
      const child = heap[below] as Event
      if (isBefore(event, child)) break
      heap[at] = child
      at = below
    }
    heap[at] = event
  }
  return {
    add(atMs, run) {
      const event = { atMs, order: order++, run }
      rise(event)
      return event
    },
    take() {
      for (;;) {
        const first = heap[0]
        const last = heap.pop()
        if (first === undefined || last === undefined) return undefined
        if (heap.length > 0) sink(last)
        if (first.run !== undefined) return first
      }
    },
  }
}
