import { h, type JSX } from 'preact'
import { useMemo, useState } from 'preact/hooks'
import type { BatchMap } from '../../src/console-data.ts'
import { CELL_KINDS, cellsOf, mapSummary } from './map-cells.ts'

interface Props {
  readonly map: BatchMap
  /** Not known before the plan is whole. */
  readonly batches: number | undefined
}

/** Cells up to which there is room for larger squares. */
const FEW_CELLS = 400

/** All batches of the job as squares, in order: where it is, and where rows have failed. */
export function BatchMapView({ map, batches }: Props): JSX.Element | null {
  const cells = useMemo(() => cellsOf(map, batches), [map, batches])
  const [chosen, setChosen] = useState<number>()
  if (cells.length === 0) return null
  const summary = mapSummary(map, batches)
  const text = chosen === undefined ? undefined : cells[chosen]?.text
  return h(
    'section',
    { id: 'map' },
    h('h2', null, 'Batches'),
    h(
      'div',
      {
        class: `map ${cells.length <= FEW_CELLS ? 'few' : ''}`,
        role: 'img',
        'aria-label': summary,
        // A finger cannot hover: what it touches is told below.
        onClick: ({ target }: { readonly target: EventTarget | null }) =>
          setChosen(indexOf(target)),
      },
      ...cells.map(({ kind, text }, index) => h('i', { key: index, class: kind, title: text })),
    ),
    h('p', { class: 'small soft readout' }, text ?? summary),
    legend(),
  )
}

const legend = (): JSX.Element =>
  h(
    'p',
    { class: 'legend small' },
    ...CELL_KINDS.map(([kind, text]) => h('span', { key: kind, class: `key ${kind}` }, text)),
  )

function indexOf(target: EventTarget | null): number | undefined {
  if (!(target instanceof HTMLElement) || target.tagName !== 'I') return undefined
  return [...(target.parentElement?.children ?? [])].indexOf(target)
}
