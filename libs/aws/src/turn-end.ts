let waiting: (() => void)[] = []

/**
 * Runs what belongs to one turn of the event loop at its end, together. Requests that are written one
 * right after the other cost less than the same between other work: the kernel wakes whoever
 * takes them once, and who is awake does not interrupt this process for each.
 */
export function atTurnEnd(run: () => void): void {
  if (waiting.push(run) === 1) setImmediate(runAll)
}

function runAll(): void {
  const all = waiting
  waiting = []
  for (const run of all) run()
}
