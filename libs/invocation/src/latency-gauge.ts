/** Compares the latency of now with the latency of the endpoint when it has room to spare. */
export interface LatencyGauge {
  /**
   * Takes one answer's latency; true when that completes a window and so renews `ratio`.
   *
   * @param free True when the invocation was sent while the endpoint had room to spare.
   */
  add(size: number, latencyMs: number, free: boolean): boolean
  /** Latency now over latency with room to spare; 1 until both are known. */
  readonly ratio: number
  /** Median latency of the last window of any size; of the first answer until there is one. */
  readonly typicalMs: number
}

const WINDOW = 32
/** The first window is short: it ends before a queue can build up. */
const WINDOW_FIRST = 8
/** How much of its distance the free latency moves to a lower median, or to one known to be free. */
const STEP = 0.3

interface SizeClass {
  readonly window: Float64Array
  filled: number
  /** The median latency with room to spare, in milliseconds. */
  freeMs: number
}

/**
 * Latencies of unlike payloads are not compared: each doubling of the size has its own windows.
 * Medians of windows rather than single minima, which on a jittery endpoint are luck.
 */
export function createLatencyGauge(): LatencyGauge {
  const classes = new Map<number, SizeClass>()
  let ratio = 1
  let typicalMs = Number.NaN

  return {
    get ratio() {
      return ratio
    },
    get typicalMs() {
      return Number.isNaN(typicalMs) ? 0 : typicalMs
    },
    add(size, latencyMs, free) {
      if (Number.isNaN(typicalMs)) typicalMs = latencyMs
      const like = classOf(size)
      if (free) like.freeMs += (STEP / WINDOW_FIRST) * (latencyMs - like.freeMs)
      like.window[like.filled++] = latencyMs
      if (like.filled < (Number.isNaN(like.freeMs) ? WINDOW_FIRST : WINDOW)) return false
      typicalMs = median(like.window.subarray(0, like.filled))
      like.filled = 0
      if (Number.isNaN(like.freeMs)) like.freeMs = typicalMs
      else if (typicalMs < like.freeMs) like.freeMs += STEP * (typicalMs - like.freeMs)
      ratio = Math.max(1, typicalMs / like.freeMs)
      return true
    },
  }

  function classOf(size: number): SizeClass {
    const key = Math.floor(Math.log2(Math.max(1, size)))
    const known = classes.get(key)
    if (known !== undefined) return known
    const fresh = { window: new Float64Array(WINDOW), filled: 0, freeMs: Number.NaN }
    classes.set(key, fresh)
    return fresh
  }
}

function median(window: Float64Array): number {
  return window.toSorted()[window.length >> 1] ?? 0
}
