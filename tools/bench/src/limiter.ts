/*
 * `npm run bench -- limiter`: what the adaptive limiter gets out of local endpoints of N slots and a
 * latency, from cold and untuned, beside the best fixed number of invocations at once; how two
 * consumers share one; how soon a limit that drops by half is followed. Takes seven minutes.
 */
import { join } from 'node:path'
import { loadXgboostModel, startEndpoint } from '@millrace/endpoint'
import { startEndpointProcess } from './harness/endpoint-process.ts'
import { between, type Load, load, throttledShare } from './limiter/load.ts'

const SHARE_OF_BEST_MIN = 0.95
const THROTTLED_MAX = 0.02
/** The smaller of two consumers' parts. */
const FAIR_MIN = 0.35
const FOLLOWED_SECONDS_MAX = 5
const STARTED_SECONDS = 10
/** What 16 slots of 50 ms serve in a second. */
const HALVED_RATE = 320

interface Cell {
  readonly slots: number
  readonly latencyMs: number
}

/** What is measured together loads this machine little; what could load it has it alone. */
const TOGETHER: readonly (readonly Cell[])[] = [
  [2, 8, 32, 128].map((slots) => ({ slots, latencyMs: 500 })),
  [2, 8, 32].map((slots) => ({ slots, latencyMs: 50 })),
  [{ slots: 128, latencyMs: 50 }],
  [{ slots: 2, latencyMs: 5 }],
  [{ slots: 8, latencyMs: 5 }],
  [{ slots: 32, latencyMs: 5 }],
  [{ slots: 128, latencyMs: 5 }],
]

/** Prints a line a cell; sets the exit code when a bar is missed. */
export async function main(): Promise<void> {
  console.log('slots  latency    best fixed   limiter from cold   of best   throttled after 10 s')
  for (const cells of TOGETHER) await Promise.all(cells.map(measure))
  await twoConsumers()
  await halved()
}

async function measure(cell: Cell): Promise<void> {
  // Four latencies until the limit is found are two seconds here, which is little of a job of minutes.
  const seconds = cell.latencyMs === 500 ? 60 : 20
  const best = bestFixed(cell, seconds)
  // One after the other where either would take the processor from the other.
  if (demanding(cell)) await best
  const [fixed, ours] = await Promise.all([best, loadOn(cell, seconds)])
  const rate = between(ours.answered, 0, seconds) / seconds
  const throttled = throttledShare(ours, STARTED_SECONDS)
  const row = [
    String(cell.slots).padStart(5),
    `${cell.latencyMs} ms`.padStart(8),
    `${fixed.rate.toFixed(0)}/s at ${fixed.at}`.padStart(13),
    `${rate.toFixed(0)}/s, limit ${ours.limit}`.padStart(19),
    percent(rate / fixed.rate).padStart(9),
    percent(throttled).padStart(10),
  ]
  console.log(row.join(' '))
  judge(
    rate / fixed.rate >= SHARE_OF_BEST_MIN,
    `${cell.slots} slots of ${cell.latencyMs} ms: not busy`,
  )
  judge(throttled < THROTTLED_MAX, `${cell.slots} slots of ${cell.latencyMs} ms: throttled`)
}

const demanding = ({ slots, latencyMs }: Cell): boolean => slots / latencyMs > 1

/** As many at once as there are slots; fewer may be better where the processor is the limit. */
async function bestFixed(cell: Cell, seconds: number): Promise<{ rate: number; at: number }> {
  const settings = demanding(cell) ? [8, 16, 32, 64, 128] : [cell.slots]
  let best = { rate: 0, at: 0 }
  for (const at of settings.filter((setting) => setting <= cell.slots)) {
    const span = demanding(cell) ? 3 : seconds
    const { answered } = await loadOn(cell, span, at)
    const rate = between(answered, 0, span) / span
    if (rate > best.rate) best = { rate, at }
  }
  return best
}

async function loadOn({ slots, latencyMs }: Cell, seconds: number, fixed?: number) {
  await using endpoint = await startEndpointProcess({ latencyMs, concurrencyMax: slots })
  return await load({ url: endpoint.url, seconds, ...(fixed !== undefined && { fixed }) })
}

const model = join(import.meta.dirname, '../../../examples/flights/model.json')
const localEndpoint = (slots: number) =>
  startEndpoint({
    name: 'flights',
    model: loadXgboostModel(model),
    latencyMs: 50,
    concurrencyMax: slots,
  })

async function twoConsumers(): Promise<void> {
  await using endpoint = await localEndpoint(32)
  const first = load({ url: endpoint.url, seconds: 50 })
  const second = after(5, () => load({ url: endpoint.url, seconds: 45 }))
  const [a, b] = await Promise.all([first, second])
  const [ofFirst, ofSecond] = [between(a.answered, 30, 50), between(b.answered, 25, 45)]
  const smaller = Math.min(ofFirst, ofSecond) / (ofFirst + ofSecond)
  const busy = (ofFirst + ofSecond) / 20 / (32 / 0.05)
  console.log(
    `two consumers of 32 slots, the second 5 s later: after 30 s ${percent(smaller)} and ` +
      `${percent(1 - smaller)}, the endpoint ${percent(busy)} busy`,
  )
  judge(smaller >= FAIR_MIN, 'two consumers: no fair share')
}

async function halved(): Promise<void> {
  await using endpoint = await localEndpoint(32)
  const halving = after(10, async () => endpoint.change({ concurrencyMax: 16 }))
  const [ours] = await Promise.all([load({ url: endpoint.url, seconds: 25 }), halving])
  const followed = secondsUntilFollowed(ours)
  const rate = between(ours.answered, 15, 25) / 10
  console.log(
    `32 slots become 16: followed after ${followed.toFixed(1)} s, then ${percent(rate / HALVED_RATE)} of what they serve, ` +
      `${percent(throttledShare(ours, 15))} throttled`,
  )
  judge(followed <= FOLLOWED_SECONDS_MAX, 'halved: not followed')
}

/** Seconds after the tenth until the first second in which the endpoint is busy and refuses little. */
function secondsUntilFollowed({ answered, throttled }: Load): number {
  for (let second = 10; second < 24; second += 0.1) {
    const [served, refused] = [answered, throttled].map((c) => between(c, second, second + 1))
    if (served! >= 0.9 * HALVED_RATE && refused! < THROTTLED_MAX * served!) return second - 10
  }
  return Number.POSITIVE_INFINITY
}

async function after<T>(seconds: number, run: () => Promise<T>): Promise<T> {
  await new Promise((resolve) => setTimeout(resolve, seconds * 1_000))
  return await run()
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`

function judge(holds: boolean, what: string): void {
  if (holds) return
  console.error(what)
  process.exitCode = 1
}
