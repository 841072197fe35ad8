/*
 * How the number of consumers follows the backlog: pure numbers, from which the stack makes its alarms
 * and policies (`service-scaling.ts`) and the simulation its days (`simulate.ts`).
 *
 *   tasks   0 ──wake──▶ 1..n ──grow──▶ … ◀──shrink── … ──sleep──▶ 0
 *
 * wake    at zero tasks something waits: at once, by more when much waits
 * grow    the backlog of a task is more than it clears in the acceptable delay
 * shrink  what waits and is in flight leaves the tasks half idle, for some minutes
 * sleep   nothing waits and nothing is in flight, for some minutes
 *
 * Tasks that are starting count as tasks, so a fleet does not grow for work that is about to be done.
 */

/** Above `from` times the target, by so many percent. */
export interface Step {
  readonly from: number
  readonly percent: number
}

export interface ScalingPolicy {
  /** Batches of a task that are as many as it clears in the acceptable delay. */
  readonly target: number
  readonly tasksMax: number
  /** Tasks to begin with, by multiples of the target that wait. */
  readonly wake: readonly { readonly from: number; readonly tasks: number }[]
  readonly grow: readonly Step[]
  readonly growCooldownSeconds: number
  /** Below so many batches a task, for so many minutes, by so many percent. */
  readonly shrink: { readonly below: number; readonly minutes: number; readonly percent: number }
  readonly shrinkCooldownSeconds: number
  readonly sleepMinutes: number
}

export interface FleetSize {
  readonly tasksMax: number
  /** Batches that a task works on at once. */
  readonly concurrency: number
  /** Seconds that a batch takes. */
  readonly batchSeconds: number
  /** How long a batch may wait before the fleet grows. */
  readonly delaySeconds: number
}

/** A policy but for the size of the fleet. */
export type ScalingShape = Omit<ScalingPolicy, 'target' | 'tasksMax' | 'shrink'> & {
  /**
   * Part of a task's concurrency that is in use. It must be so low that the fleet that is left can do the
   * same work, or shrinking is followed by growing.
   */
  readonly shrink: {
    readonly utilisation: number
    readonly minutes: number
    readonly percent: number
  }
}

/** Chosen by `simulate.ts` among the candidates in `docs/scaling.md`. */
export const chosen = {
  wake: [
    { from: 0, tasks: 1 },
    { from: 2, tasks: 2 },
    { from: 4, tasks: 4 },
  ],
  grow: [
    { from: 1, percent: 50 },
    { from: 2, percent: 100 },
    { from: 4, percent: 300 },
  ],
  growCooldownSeconds: 60,
  shrink: { utilisation: 0.6, minutes: 10, percent: -25 },
  shrinkCooldownSeconds: 120,
  sleepMinutes: 10,
} as const satisfies ScalingShape

/** The acceptable delay in batches: what a task clears in it. */
export function scalingPolicyOf(
  { tasksMax, concurrency, batchSeconds, delaySeconds }: FleetSize,
  shape: ScalingShape = chosen,
): ScalingPolicy {
  const target = Math.max(1, Math.floor((delaySeconds * concurrency) / batchSeconds))
  const { utilisation, ...shrink } = shape.shrink
  const below = Math.max(1, Math.floor(utilisation * concurrency))
  return { ...shape, shrink: { ...shrink, below }, target, tasksMax }
}
