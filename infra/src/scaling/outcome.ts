import type { Sample } from './simulate.ts'
import { fleet } from './scenarios.ts'
import { STEP_SECONDS } from './simulate.ts'

/** What a day came to. */
export interface Outcome {
  /** The oldest that a waiting batch ever was. */
  readonly ageMaxSeconds: number
  readonly tasksMax: number
  readonly taskHours: number
  /** Times that the fleet grew after it had shrunk less than ten minutes before, or the other way. */
  readonly flaps: number
  /** Most that the tasks would have in flight, as a part of what the endpoint serves then. */
  readonly askedMax: number
  readonly backlogAtEnd: number
}

const FLAP_SECONDS = 600

export function outcomeOf(samples: readonly Sample[]): Outcome {
  const most = (of: (sample: Sample) => number) =>
    samples.reduce((max, s) => Math.max(max, of(s)), 0)
  const taskSeconds = samples.reduce((sum, { tasks }) => sum + tasks * STEP_SECONDS, 0)
  return {
    ageMaxSeconds: most(({ ageSeconds }) => ageSeconds),
    tasksMax: most(({ tasks }) => tasks),
    taskHours: taskSeconds / 3_600,
    flaps: flapsOf(samples),
    askedMax: most(({ tasks, endpoint }) => (tasks * fleet.concurrency) / endpoint),
    backlogAtEnd: samples.at(-1)?.backlog ?? 0,
  }
}

function flapsOf(samples: readonly Sample[]): number {
  let flaps = 0
  let last: { direction: number; seconds: number } | undefined
  for (const [index, { tasks, seconds }] of samples.entries()) {
    const direction = Math.sign(tasks - (samples[index - 1]?.tasks ?? 0))
    if (direction === 0) continue
    const turned = last !== undefined && last.direction !== direction
    if (turned && seconds - last!.seconds < FLAP_SECONDS) flaps += 1
    last = { direction, seconds }
  }
  return flaps
}
