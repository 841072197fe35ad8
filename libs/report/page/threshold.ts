import type { ReportData } from '../src/report-data.ts'
import { h } from './dom.ts'
import { plain } from './numbers.ts'

/** The threshold that the page shows: one of the grid's edges, where every count is exact. */
export interface Threshold {
  readonly index: number
  readonly value: number
  /** The edge nearest to a value. */
  set(value: number): void
  onChange(listener: () => void): void
  /** Slider, number and the job's own threshold. */
  readonly controls: HTMLElement
}

export function createThreshold({ scores, decision }: ReportData): Threshold {
  const { edges } = scores.grid
  const listeners: (() => void)[] = []
  let index = nearest(edges, decision.threshold)

  const last = Math.max(0, edges.length - 1)
  const label = { 'aria-label': 'threshold' }
  const slider = h('input', { type: 'range', min: 0, max: last, value: index, ...label })
  const number = h('input', { type: 'number', step: 'any', ...label })
  const move = (to: number): void => {
    index = to
    slider.value = String(to)
    slider.setAttribute('aria-valuetext', plain(edges[to] ?? 0))
    number.value = plain(edges[to] ?? 0)
    for (const listener of listeners) listener()
  }
  const set = (value: number): void => move(nearest(edges, value))
  slider.addEventListener('input', () => move(Number(slider.value)))
  number.addEventListener('change', () => {
    if (Number.isFinite(number.valueAsNumber)) set(number.valueAsNumber)
    else move(index)
  })
  const job = h('button', { type: 'button' }, `the job’s ${plain(decision.threshold)}`)
  job.addEventListener('click', () => set(decision.threshold))
  move(index)

  return {
    get index() {
      return index
    },
    get value() {
      return edges[index] ?? 0
    },
    set,
    onChange: (listener) => listeners.push(listener),
    controls: h('div', { class: 'controls' }, h('span', {}, 'threshold'), number, slider, job),
  }
}

function nearest(edges: readonly number[], value: number): number {
  let best = 0
  edges.forEach((edge, index) => {
    if (Math.abs(edge - value) < Math.abs((edges[best] ?? 0) - value)) best = index
  })
  return best
}
