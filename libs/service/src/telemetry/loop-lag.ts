const TICK_MS = 100

export interface LoopLag extends Disposable {
  /** The longest delay of the event loop since this was last asked, one that ends just now included. */
  worstMs(): number
}

/**
 * Node's own monitor of the loop forgets a delay that lies right behind a reset, and that is where a
 * probe looks; so it is measured by a timer that comes late.
 */
export function watchLoopLag(): LoopLag {
  let lastMs = performance.now()
  let worstMs = 0
  const tick = () => {
    const nowMs = performance.now()
    worstMs = Math.max(worstMs, nowMs - lastMs - TICK_MS)
    lastMs = nowMs
  }
  const timer = setInterval(tick, TICK_MS).unref()
  return {
    worstMs() {
      tick()
      const worst = Math.round(Math.max(0, worstMs))
      worstMs = 0
      return worst
    },
    [Symbol.dispose]: () => clearInterval(timer),
  }
}
