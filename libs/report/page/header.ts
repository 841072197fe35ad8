import type { ReportData } from '../src/report-data.ts'
import { h, tile } from './dom.ts'
import { count, counted, duration, moment, percent } from './numbers.ts'

/** What the job was and how it ended, at a glance. */
export function header(data: ReportData): HTMLElement {
  const { rows, startedAt = data.createdAt } = data
  const seconds = Math.max(data.endedAt - startedAt, 1)
  const good = data.state === 'succeeded'
  const retry = data.retryOf === undefined ? '' : `, a retry of ${data.retryOf}`
  return h(
    'header',
    {},
    h('h1', {}, `${data.endpoint}: ${counted(rows.total, 'row')}`),
    h(
      'p',
      { class: 'soft break' },
      h('span', { class: `state ${good ? 'good' : 'bad'}` }, data.state.replaceAll('_', ' ')),
      ` job ${data.jobId}${retry} · ${moment(data.endedAt)}`,
    ),
    h('p', { class: 'soft small break' }, data.dataset),
    h(
      'div',
      { class: 'tiles' },
      tile('predicted', count(rows.predicted), percent(rows.predicted / Math.max(1, rows.total))),
      tile('failed', count(rows.failed), percent(rows.failed / Math.max(1, rows.total))),
      tile('took', data.endedAt > startedAt ? duration(data.endedAt - startedAt) : 'under 1 s'),
      ...(retry === '' ? [tile('rows a second', count(rows.total / seconds))] : []),
      tile('invocations', count(data.invocations), counted(data.batches, 'batch', 'batches')),
      tile('throttles', count(data.throttles)),
    ),
  )
}
