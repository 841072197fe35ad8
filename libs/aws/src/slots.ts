/** Room for so many at once; who finds none waits in line, first come first served. */
export interface Slots {
  /** On abort leaves the line and rejects with the signal's reason. */
  take(signal: AbortSignal): Promise<void> | undefined
  giveBack(): void
}

export function createSlots(max: number): Slots {
  let free = max
  const line: (() => void)[] = []
  return {
    take(signal) {
      if (free === 0) return wait(line, signal)
      free -= 1
      return undefined
    },
    giveBack() {
      const next = line.shift()
      if (next === undefined) free += 1
      else next()
    },
  }
}

async function wait(line: (() => void)[], signal: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const abort = () => {
    const at = line.indexOf(resolve)
    // Else its turn has come already.
    if (at !== -1) line.splice(at, 1)
    if (at !== -1) reject(signal.reason as Error)
  }
  line.push(resolve)
  signal.addEventListener('abort', abort, { once: true })
  try {
    await promise
  } finally {
    signal.removeEventListener('abort', abort)
  }
}
