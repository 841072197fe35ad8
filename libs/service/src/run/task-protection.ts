import { limits } from '@millrace/job'

/*
 * ECS stops a task for a deploy or to scale in, and gives it two minutes. Nearly every batch fits. One
 * that is bisected or throttled for minutes would be given back and begun anew, maybe several times in
 * a rolling deploy; so the task asks for protection while it holds one that has run for longer than a
 * whole invocation takes:
 *
 *     unprotected ── oldest work ≥ longWorkSeconds ──▶ protected ── renewed while that holds
 *          ▲                                              │   │
 *          ├───────────── nothing is that old ────────────┘   │  and by itself when it expires
 *          │                                                  │
 *          └─ two minutes ── open ◀── all work is younger ────┘
 *                                     than the protection
 *
 * Where all work takes that long, or waits for so long, some of it is always old, and a task would never be stopped. So
 * it is protected for what it had in hand, and then open for as long as ECS takes to come.
 *
 * Protection holds off deploys and scaling in, not Spot interruptions or a person's StopTask.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-scale-in-protection-endpoint.html
 */

export interface TaskProtectionOptions {
  /** `ECS_AGENT_URI`, as ECS sets it in each container. Outside ECS there is none, and nothing is done. */
  readonly agentUri: string | undefined
  /** How long the oldest work in hand has run; 0 when there is none. */
  oldestWorkMs(): number
  readonly logger: { warn(facts: object, message: string): void }
  /** Default: `limits.longWorkSeconds`. */
  readonly longWorkSeconds?: number
  /** How often the work is looked at. Default 10 s. */
  readonly everyMs?: number
  /** Protection is renewed this long after it was asked for. Default 60 s. */
  readonly renewMs?: number
  /** Milliseconds from any origin, which nobody sets back. */
  readonly now?: () => number
}

const EVERY_MS = 10_000
const RENEW_MS = 60_000
/** For so long it asks for none after it was protected for all that it held. */
const OPEN_MS = 120_000
/** A task that dies while it is protected counts as protected until then. */
const EXPIRES_MINUTES = 5
/** The agent is on the same machine, and asks ECS. */
const TIMEOUT_MS = 5_000

/** Protects the task while it is needed, until disposed of; then asks for the protection to end. */
export function protectTask(options: TaskProtectionOptions): AsyncDisposable {
  const { agentUri, logger, everyMs = EVERY_MS, renewMs = RENEW_MS } = options
  const { now = () => performance.now() } = options
  const longMs = (options.longWorkSeconds ?? limits.longWorkSeconds) * 1_000
  let protectedAt: number | undefined
  /** Since when without a break; what began before is to end. */
  let protectedSince: number | undefined
  let openUntil = Number.NEGATIVE_INFINITY
  let looking: Promise<void> | undefined

  const ask = async (enabled: boolean) => {
    // ECS counts from some moment before its answer; from this one on it is never renewed too late.
    const askedAt = now()
    try {
      await putState(agentUri ?? '', enabled)
      protectedAt = enabled ? askedAt : undefined
      protectedSince = enabled ? (protectedSince ?? protectedAt) : undefined
    } catch (error) {
      // Without it a long batch may be begun anew, which costs invocations and loses nothing.
      logger.warn({ error, enabled }, 'task protection not changed')
    }
  }
  const look = async () => {
    const oldestMs = options.oldestWorkMs()
    const isOver = protectedSince !== undefined && now() - oldestMs > protectedSince
    const isLong = oldestMs >= longMs
    if (isLong && isOver) openUntil = now() + OPEN_MS
    const wanted = isLong && now() >= openUntil
    if (!wanted && protectedAt !== undefined) await ask(false)
    else if (wanted && (protectedAt === undefined || now() - protectedAt >= renewMs))
      await ask(true)
  }
  const timer =
    agentUri === undefined
      ? undefined
      : setInterval(() => {
          looking ??= look().finally(() => (looking = undefined))
        }, everyMs).unref()
  return {
    async [Symbol.asyncDispose]() {
      clearInterval(timer)
      await looking
      if (protectedAt !== undefined) await ask(false)
    },
  }
}

async function putState(agentUri: string, enabled: boolean): Promise<void> {
  const state = enabled
    ? { ProtectionEnabled: true, ExpiresInMinutes: EXPIRES_MINUTES }
    : { ProtectionEnabled: false }
  const response = await fetch(`${agentUri}/task-protection/v1/state`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(state),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  })
  const text = await response.text()
  // The agent tells of a failure of ECS in the body, under a status of its own or 200.
  if (response.ok && !/"(failure|error)"\s*:/i.test(text)) return
  throw new Error(`set task protection: ${response.status} ${text.slice(0, 512)}`)
}
