import { h } from './dom.ts'
import { count, percent } from './numbers.ts'

/** Rows are what is true, columns what was predicted; each cell is shaded by its share of the row. */
export function confusionTable(
  labels: readonly string[],
  confusion: readonly (readonly number[])[],
): HTMLElement {
  const head = h(
    'tr',
    {},
    h('th', {}, 'true \\ predicted'),
    ...labels.map((label) => h('th', { class: 'number' }, label)),
  )
  const rows = confusion.map((cells, actual) => {
    const total = cells.reduce((sum, cell) => sum + cell, 0)
    const tds = cells.map((cell, predicted) => {
      const share = total === 0 ? 0 : cell / total
      const td = h(
        'td',
        { title: percent(share), class: cell === 0 ? 'soft' : undefined },
        count(cell),
      )
      td.style.setProperty('--share', String(share))
      td.style.setProperty('--tint', actual === predicted ? 'var(--second)' : 'var(--bad)')
      return td
    })
    return h('tr', {}, h('th', {}, labels[actual] ?? ''), ...tds)
  })
  return h('table', { class: 'matrix' }, h('thead', {}, head), h('tbody', {}, ...rows))
}
