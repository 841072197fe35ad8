import type { FailureGroup } from '../src/failure-groups.ts'
import type { ReportData } from '../src/report-data.ts'
import { h } from './dom.ts'
import { count, percent } from './numbers.ts'

/** Failed rows by reason, with the endpoint's own words. */
export function failures({ failures: groups, rows }: ReportData): HTMLElement | undefined {
  if (groups.length === 0) return undefined
  const head = ['reason', 'rows', 'of all', 'for example'].map((name, index) =>
    h('th', { class: index === 1 || index === 2 ? 'number' : undefined }, name),
  )
  return h(
    'section',
    { id: 'failures' },
    h('h2', {}, `Failed rows: ${count(rows.failed)}`),
    h(
      'p',
      { class: 'soft' },
      'They have no prediction in the result; the errors file lists each of them.',
    ),
    h(
      'div',
      { class: 'scroll' },
      h(
        'table',
        { class: 'wide stack' },
        h('thead', {}, h('tr', {}, ...head)),
        h('tbody', {}, ...groups.map((group) => rowOf(group, rows.total))),
      ),
    ),
  )
}

function rowOf({ code, rows, examples }: FailureGroup, total: number): HTMLElement {
  return h(
    'tr',
    {},
    h('td', {}, h('code', {}, code)),
    h('td', { class: 'number' }, count(rows)),
    h('td', { class: 'number' }, percent(rows / Math.max(1, total))),
    h(
      'td',
      {},
      ...examples.map(({ row, message }) =>
        h('p', { class: 'small' }, `row ${count(row)}: `, h('code', {}, message)),
      ),
    ),
  )
}
