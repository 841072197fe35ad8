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
  readonly size: number
}

/** A binary heap. An event is cancelled by taking its `run` away; it is dropped when its turn comes. */
export function createEventQueue(): EventQueue {
  const heap: Event[] = []
  let order = 0
  const isBefore = (a: Event, b: Event): boolean =>
    a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order)

  function up(from: number): void {
    let at = from
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (isBefore(heap[parent] as Event, heap[at] as Event)) return
      swap(at, parent)
      at = parent
    }
  }
  function down(): void {
    let at = 0
    for (;;) {
      const left = 2 * at + 1
      if (left >= heap.length) return
      const right = left + 1
      const child =
        right < heap.length && isBefore(heap[right] as Event, heap[left] as Event) ? right : left
      if (isBefore(heap[at] as Event, heap[child] as Event)) return
      swap(at, child)
      at = child
    }
  }
  function swap(a: number, b: number): void {
    const kept = heap[a] as Event
    heap[a] = heap[b] as Event
    heap[b] = kept
  }
  return {
    add(atMs, run) {
      const event = { atMs, order: order++, run }
      heap.push(event)
      up(heap.length - 1)
      return event
    },
    take() {
      for (;;) {
        const first = heap[0]
        const last = heap.pop()
        if (first === undefined || last === undefined) return undefined
        if (heap.length > 0) {
          heap[0] = last
          down()
        }
        if (first.run !== undefined) return first
      }
    },
    get size() {
      return heap.length
    },
  }
}
