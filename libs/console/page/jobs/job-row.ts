import { h, type JSX } from 'preact'
import type { JobLine } from '../../src/console-data.ts'
import { ago, count, duration, moment } from '../pieces/numbers.ts'
import { jobName, progress, statePill, uriText } from '../pieces/pieces.ts'

/** A job in the list. What is not known is left empty: a dash in each cell would be noise. */
export function jobRow(line: JobLine, now: number): JSX.Element {
  const { jobId, state, retryOf, endpoint, rows, failedRows } = line
  return h(
    'tr',
    { key: jobId },
    h('td', { class: 'state-cell' }, statePill(state)),
    h('td', { class: 'job-cell' }, jobName(jobId), retryOf === undefined ? null : retry(retryOf)),
    h('td', { class: 'endpoint-cell cut', title: endpoint }, endpoint),
    h(
      'td',
      { class: 'rows-cell number', 'data-unit': 'rows' },
      rows === undefined ? null : count(rows),
    ),
    h('td', { class: 'done-cell' }, progressOf(line)),
    h(
      'td',
      { class: `failed-cell number ${failedRows ? 'bad' : ''}`, 'data-unit': 'failed' },
      failedRows === undefined ? null : count(failedRows),
    ),
    createdCell(line, now),
    datasetCell(line),
  )
}

/** One whose record this version cannot read: nothing can be done to it here but to know why. */
export function unreadableRow(line: JobLine, now: number): JSX.Element {
  const { jobId, state, reason } = line
  return h(
    'tr',
    { key: jobId },
    h('td', { class: 'state-cell' }, statePill(state)),
    h('td', { class: 'job-cell' }, h('span', { class: 'code' }, jobId)),
    h('td', { class: 'reason-cell break', colSpan: 4 }, reason),
    createdCell(line, now),
    datasetCell(line),
  )
}

const retry = (retryOf: string): JSX.Element =>
  h(
    'span',
    { class: 'retry small soft', title: `retry of ${retryOf}` },
    'retry of ',
    jobName(retryOf),
  )

function progressOf({ jobId, recorded, batches }: JobLine): JSX.Element | null {
  if (recorded === undefined || batches === undefined || batches === 0) return null
  return progress(recorded / batches, `recorded batches of ${jobId}`)
}

function createdCell({ createdAt, endedAt }: JobLine, now: number): JSX.Element {
  if (createdAt === undefined) return h('td', { class: 'created-cell' })
  const ended =
    endedAt === undefined ? '' : `, ended ${moment(endedAt)}, took ${duration(endedAt - createdAt)}`
  return h(
    'td',
    { class: 'created-cell cut', title: `${moment(createdAt)}${ended}` },
    ago(createdAt, now),
  )
}

/** Why a job waits stands below its dataset, where a sentence has room; the page of the job has all of it. */
const datasetCell = ({ dataset, waits }: JobLine): JSX.Element =>
  h(
    'td',
    { class: 'dataset-cell' },
    dataset === undefined ? null : uriText(dataset),
    waits === undefined
      ? null
      : h('span', { class: 'waits small', title: waits }, `It waits: ${waits}`),
  )
