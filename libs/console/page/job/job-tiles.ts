import { h, type JSX } from 'preact'
import type { JobAnswer } from '../../src/console-data.ts'
import { phaseOf } from '../pieces/job-states.ts'
import { count, duration, rarePercent } from '../pieces/numbers.ts'
import { tile } from '../pieces/pieces.ts'

/** Of its batches that are recorded; nothing is known of it before the plan is whole. */
export const shareOf = ({ recorded, batches }: JobAnswer): number =>
  batches === undefined || batches === 0 ? 0 : Math.min(1, recorded / batches)

/** How far the job is, at a glance. The rows done are an estimate until the end: batches differ in length. */
export function jobTiles(job: JobAnswer, rowsPerSecond: number | undefined): JSX.Element {
  const { failedRows, rows } = job
  const ofAll = rows === undefined || rows === 0 ? undefined : rarePercent(failedRows / rows)
  return h(
    'div',
    { class: 'tiles' },
    rowsDone(job),
    ...(phaseOf(job.state) === 'ended' || job.idle !== undefined
      ? []
      : paceTiles(job, rowsPerSecond)),
    tile('failed rows', count(failedRows), ofAll, failedRows > 0 ? 'bad' : ''),
    tile('final up to', count(job.firstMissing), ofBatches(job)),
  )
}

function rowsDone(job: JobAnswer): JSX.Element {
  if (job.rows === undefined)
    return tile('batches done', count(job.recorded), 'still being planned')
  const done = Math.round(job.rows * shareOf(job))
  return tile('rows done', count(done), `of ${count(job.rows)}`)
}

const ofBatches = ({ batches }: JobAnswer): string =>
  batches === undefined ? 'batches' : `of ${count(batches)} batches`

function paceTiles(job: JobAnswer, rowsPerSecond: number | undefined): JSX.Element[] {
  const isKnown = rowsPerSecond !== undefined && job.rows !== undefined
  return [
    tile(
      'rows a second',
      isKnown ? count(rowsPerSecond) : '–',
      isKnown ? 'lately' : 'not known yet',
    ),
    tile('time left', ...timeLeft(job, rowsPerSecond)),
  ]
}

function timeLeft(job: JobAnswer, rowsPerSecond = 0): [value: string, note: string] {
  if (job.state === 'paused') return ['–', 'until it is resumed']
  if (job.state === 'aggregating') return ['–', 'the result is made']
  if (job.rows === undefined || rowsPerSecond <= 0) return ['–', 'not known yet']
  return [duration((job.rows * (1 - shareOf(job))) / rowsPerSecond), 'at this rate']
}
