/*
 * What Node's `AbortController` and `AbortSignal` do, without what they keep: Node's hold what is composed of
 * them by weak references and finalizers, with which V8 keeps a whole run until all garbage is
 * collected, and they make an event object for each listener's sake.
 */

type Listener = (event: object) => void

/** How a listener may be added; what Node's own modules pass beyond this changes nothing here. */
interface ListenerOptions {
  readonly once?: boolean
  readonly signal?: AbortSignal
}

export class VirtualAbortSignal {
  /** What a composite is composed of, which are none themselves. */
  readonly sources: Set<VirtualAbortSignal | AbortSignal> | undefined
  /** In the order in which they were first listened to. */
  readonly dependents = new Set<VirtualAbortSignal>()
  /** Each with whether it is told once only, in the order in which they were added. */
  private readonly listeners = new Map<Listener, boolean>()
  private follows = false
  private isAborted = false
  private why: unknown

  constructor(sources?: Set<VirtualAbortSignal | AbortSignal>) {
    this.sources = sources
  }
  get aborted(): boolean {
    if (!this.isAborted) this.refresh()
    return this.isAborted
  }
  get reason(): unknown {
    if (!this.isAborted) this.refresh()
    return this.why
  }
  throwIfAborted(): void {
    if (this.aborted) throw this.why
  }
  addEventListener(type: string, listener: Listener, options: ListenerOptions = {}): void {
    if (type !== 'abort' || options.signal !== undefined) {
      throw new TypeError(`a simulated signal: wanted an abort listener of no signal, got ${type}`)
    }
    if (!this.listeners.has(listener)) this.listeners.set(listener, options.once === true)
    if (!this.follows && !this.aborted) this.follow()
  }
  removeEventListener(_type: string, listener: Listener): void {
    this.listeners.delete(listener)
  }
  /** All that depend on it are aborted before the first listener of any is told. */
  abort(reason: unknown): void {
    if (this.isAborted) return
    this.set(reason)
    const told = [...this.dependents].filter((one) => !one.isAborted)
    for (const one of told) one.set(reason)
    this.tell()
    for (const one of told) one.tell()
  }
  private set(reason: unknown): void {
    this.isAborted = true
    this.why = reason
  }
  private tell(): void {
    const event = { type: 'abort', target: this }
    for (const [listener, once] of this.listeners) {
      if (once) this.listeners.delete(listener)
      try {
        listener.call(this, event)
      } catch (error) {
        // As an event target does: the others are told all the same.
        process.nextTick(() => {
          throw error
        })
      }
    }
  }
  private refresh(): void {
    for (const source of this.sources ?? []) {
      if (source.aborted) return this.abort(source.reason)
    }
  }
  private follow(): void {
    this.follows = true
    for (const source of this.sources ?? []) {
      if (source instanceof VirtualAbortSignal) source.dependents.add(this)
      else source.addEventListener('abort', () => this.abort(source.reason), { once: true })
    }
  }
}

/** As `AbortController`. */
export class VirtualAbortController {
  readonly signal = new VirtualAbortSignal()
  abort(reason: unknown = new DOMException('This operation was aborted', 'AbortError')): void {
    this.signal.abort(reason)
  }
}

/** As `AbortSignal.any`; aborted from the start when one of them is. */
export function anyOf(signals: Iterable<VirtualAbortSignal | AbortSignal>): VirtualAbortSignal {
  const sources = new Set<VirtualAbortSignal | AbortSignal>()
  const any = new VirtualAbortSignal(sources)
  for (const signal of signals) {
    if (signal.aborted) {
      any.abort(signal.reason)
      return any
    }
    const own = signal instanceof VirtualAbortSignal ? signal.sources : undefined
    for (const source of own ?? [signal]) sources.add(source)
  }
  return any
}
