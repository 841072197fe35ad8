import type { ReportData } from '../src/report-data.ts'
import { h } from './dom.ts'
import { bytes, count, counted, moment, plain } from './numbers.ts'

/** That nothing is missing, and what the result consists of. */
export function accounting(data: ReportData): HTMLElement {
  const { rows, variants } = data
  const balances = rows.predicted + rows.failed === rows.total
  const names = Object.entries(variants).map(
    ([name, batches]) => `${name} (${counted(batches, 'batch', 'batches')})`,
  )
  const facts: [string, string][] = [
    [
      'rows',
      `${count(rows.predicted)} predicted + ${count(rows.failed)} failed = ${count(rows.total)}`,
    ],
    ['batches', `${count(data.batches)}, by ${counted(data.invocations, 'invocation')}`],
    ['answered by', names.length === 0 ? 'not told' : names.join(', ')],
    ['submitted', moment(data.createdAt)],
    ['ended', moment(data.endedAt)],
    ...costOf(data),
  ]
  return h(
    'section',
    { id: 'accounting' },
    h('h2', {}, 'Accounting'),
    h(
      'p',
      { class: 'soft' },
      balances ? 'Each row of the dataset is here exactly once.' : 'The rows do not add up.',
      names.length > 1 ? ' More than one model variant answered.' : '',
    ),
    h(
      'table',
      { class: 'wide' },
      h(
        'tbody',
        {},
        ...facts.map(([name, value]) => h('tr', {}, h('th', {}, name), h('td', {}, value))),
      ),
    ),
    ...outputs(data),
  )
}

function costOf({ cost }: ReportData): [string, string][] {
  if (cost === undefined) return []
  const { total, perMillionRows, region } = cost
  const million = perMillionRows === 0 ? '' : `, $${plain(perMillionRows)} a million rows`
  return [['cost on AWS', `$${plain(total)}${million} (${region}), beside the endpoint`]]
}

function outputs({ outputs: files }: ReportData): HTMLElement[] {
  if (files.length === 0) return []
  const rows = files.map(({ name, bytes: size, sha256 }) =>
    h(
      'tr',
      {},
      // One below the other: beside the digits of a hash there is room for a name on wide screens only.
      h('td', { class: 'break' }, h('div', {}, name), h('code', { class: 'soft' }, sha256)),
      h('td', { class: 'number' }, bytes(size)),
    ),
  )
  const head = ['file, with its SHA-256', 'size'].map((name, index) =>
    h('th', { class: index === 1 ? 'number' : undefined }, name),
  )
  return [
    h(
      'div',
      { class: 'scroll' },
      h('table', { class: 'wide' }, h('thead', {}, h('tr', {}, ...head)), h('tbody', {}, ...rows)),
    ),
  ]
}
