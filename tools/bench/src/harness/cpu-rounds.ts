/** What is measured: µs of CPU that one call takes, seen over about so many milliseconds. */
export type Contender = (roundMs: number) => Promise<number>

const ROUNDS = 5
const ROUND_MS = 700
const WARM_UP_MS = 4_000
/** Until V8 has compiled what a batch runs through, which is ten times what an invocation does. */
const STEADY_AFTER_MS = 12_000
/** Calls in flight. */
export const AT_ONCE = 16

/** Rounds of all contenders in turn, after one to warm up; the median of each, by its name. */
export async function compareCpu(
  contenders: ReadonlyMap<string, Contender>,
): Promise<ReadonlyMap<string, number>> {
  const rounds = new Map([...contenders.keys()].map((name) => [name, [] as number[]]))
  for (const contend of contenders.values()) await contend(WARM_UP_MS)
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [name, contend] of contenders) rounds.get(name)?.push(await contend(ROUND_MS))
  }
  return new Map([...rounds].map(([name, micros]) => [name, median(micros)]))
}

/** The median of rounds without a pause between them: what a process takes that has been at work for a while. */
export async function steadyCpu(contend: Contender): Promise<number> {
  const rounds: number[] = []
  await contend(STEADY_AFTER_MS)
  while (rounds.length < ROUNDS) rounds.push(await contend(ROUND_MS))
  return median(rounds)
}

/** Calls in this process, many in flight, each lane one after the other. */
export function inThisProcess(call: () => Promise<unknown>): Contender {
  return async (roundMs) => {
    const cpu = process.cpuUsage()
    const until = performance.now() + roundMs
    let count = 0
    const lane = async () => {
      for (; performance.now() < until; count += 1) await call()
    }
    await Promise.all(Array.from({ length: AT_ONCE }, lane))
    const { user, system } = process.cpuUsage(cpu)
    return (user + system) / count
  }
}

export const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN

/** Prints a measure beside its bar; sets the exit code when it is above. */
export function judge(what: string, value: number, max: number): void {
  console.log(`${what}: ${value.toFixed(3)} (bar ${max.toFixed(3)})`)
  if (value <= max) return
  console.error(`${what}: above the bar`)
  process.exitCode = 1
}
