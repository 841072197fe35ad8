import { pricesOf, taskHourPrice } from '@millrace/cost'
import {
  candidates,
  type Candidate,
  chosenCandidate,
  type Day,
  daysOf,
  judge,
} from './candidates.ts'
import { BATCH_SECONDS, ENDPOINT, fleet, TASKS_MAX } from './scenarios.ts'
import { type Sample, STEP_SECONDS } from './simulate.ts'

const TASK_HOUR_USD = taskHourPrice(pricesOf('us-east-1'))

/** `docs/scaling.md`: what the simulation found. */
export function scalingPage(): string {
  const days = daysOf(chosenCandidate)
  return `# Scaling

<!-- Made by the tests of infra from infra/src/scaling; do not edit. -->

Consumers follow the backlog: what is visible and in flight on the batches queue, divided by the tasks that run or start. The rules are
in \`infra/src/scaling/scaling-policy.ts\`; their numbers were chosen by the simulation beside it, which this page shows. It knows days as
flows, an alarm once a minute, ${fleet.taskStartSeconds} s for a task to start, batches of ${BATCH_SECONDS} s, ${fleet.concurrency} at once a task, and an endpoint that serves ${ENDPOINT} at once, so ${TASKS_MAX} tasks
at most. It is a model: tasks all start in the same time, CloudWatch is never late, and each consumer's limiter finds what the endpoint serves.

## The chosen rules over a day

${table(
  ['day', 'oldest wait', 'tasks at most', 'task-hours', 'cost', 'flaps', 'asked of the endpoint'],
  days.map(({ name, outcome }) => [
    name,
    `${outcome.ageMaxSeconds} s`,
    String(outcome.tasksMax),
    outcome.taskHours.toFixed(1),
    `$${(outcome.taskHours * TASK_HOUR_USD).toFixed(3)}`,
    String(outcome.flaps),
    `${Math.round(outcome.askedMax * 100)} %`,
  ]),
)}

- **Asked of the endpoint** is what all tasks together would have in flight if nothing held them back, of what the endpoint serves then. It
  passes 100 % only where the endpoint serves less than it is known for: the consumers' limiters hold them back, and more tasks are not started for it.
- **Cost** is that of the tasks, on ARM and Spot. An idle day costs nothing.
- A **flap** is a change of direction within ten minutes.

${days
  .filter(({ outcome }) => outcome.tasksMax > 0)
  .map(chart)
  .join('\n')}
## What was tried

The acceptable delay sets when a fleet grows; the rest when it shrinks. Good is what does not flap and begins a burst of ten million rows within
three minutes; of these the cheapest is chosen.

${table(
  [
    'delay',
    'shrinks below',
    'for',
    'by',
    'task-hours, all days',
    'flaps',
    'oldest wait of the burst',
    '',
  ],
  candidates.map(candidateRow),
)}
`
}

function candidateRow(candidate: Candidate): string[] {
  const { delaySeconds, shrink } = candidate
  const verdict = judge(daysOf(candidate))
  const isChosen = JSON.stringify(candidate) === JSON.stringify(chosenCandidate)
  return [
    `${delaySeconds} s`,
    `${shrink.utilisation * 100} % busy`,
    `${shrink.minutes} min`,
    `${shrink.percent} %`,
    verdict.taskHours.toFixed(1),
    String(verdict.flaps),
    `${verdict.burstAgeSeconds} s`,
    isChosen ? '**chosen**' : verdict.isGood ? 'good' : '',
  ]
}

function chart({ name, samples }: Day): string {
  const busy = samples.filter(({ backlog, tasks }) => backlog > 0 || tasks > 0)
  const from = busy[0]?.seconds ?? 0
  const to = (busy.at(-1)?.seconds ?? 0) + STEP_SECONDS
  const shown = samples.filter(({ seconds }) => seconds >= from && seconds < to)
  const line = (label: string, unit: string, of: (sample: Sample) => number): string => {
    const most = shown.reduce((max, sample) => Math.max(max, of(sample)), 0)
    return `${label.padEnd(8)} ${bars(shown.map(of), most)}  ${Math.round(most).toLocaleString('en')} ${unit}`
  }
  return `**${name}**, ${((to - from) / 60).toFixed(0)} minutes

\`\`\`text
${line('backlog', 'batches', ({ backlog }) => backlog)}
${line('tasks', 'tasks', ({ tasks }) => tasks)}
${line('oldest', 'seconds', ({ ageSeconds }) => ageSeconds)}
\`\`\`
`
}

const WIDTH = 96
const BLOCKS = ' ▁▂▃▄▅▆▇█'

/** The highest value of each of so many equal spans, in eighths of the highest of all. */
function bars(values: readonly number[], most: number): string {
  return Array.from({ length: WIDTH }, (_, column) => {
    const [start, end] = [column, column + 1].map((edge) =>
      Math.floor((edge * values.length) / WIDTH),
    )
    const highest = Math.max(0, ...values.slice(start, Math.max(end!, start! + 1)))
    return BLOCKS[most === 0 ? 0 : Math.ceil((highest / most) * 8)]
  }).join('')
}

/** Columns are padded, as the formatter of this repository wants them. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((_, column) =>
    Math.max(3, ...[head, ...rows].map((cells) => cells[column]?.length ?? 0)),
  )
  const lines = [head, widths.map((width) => '-'.repeat(width)), ...rows]
  return lines
    .map((cells) => `| ${cells.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(' | ')} |`)
    .join('\n')
}
