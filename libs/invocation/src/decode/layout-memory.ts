import type { Layout } from './decoded.ts'
import type { Endpoint } from '../invoke/invocation.ts'

/**
 * Remembers how each endpoint lays out text, so that a batch of two rows, whose answer `0.6,0.3` may
 * be two rows or what is left of one, is read as the large batches were.
 */
export interface LayoutMemory {
  /** The job's own setting, or for `auto` what was seen; see `ResponseSetting`. */
  settingFor(endpoint: Endpoint): string
  saw(endpoint: Endpoint, layout: Layout, rows: number): void
}

/** From so many rows on no damage makes one layout look like another. */
const ROWS_SURE = 8

export function createLayoutMemory(): LayoutMemory {
  const seen = new Map<string, 'lines' | 'one_line'>()

  return {
    settingFor: (endpoint) =>
      endpoint.response === 'auto' ? (seen.get(keyOf(endpoint)) ?? 'auto') : endpoint.response,
    saw(endpoint, layout, rows) {
      if (rows < ROWS_SURE || endpoint.response !== 'auto') return
      if (layout === 'one_line') seen.set(keyOf(endpoint), 'one_line')
      else if (layout === 'lines' || layout === 'rows') seen.set(keyOf(endpoint), 'lines')
    },
  }
}

const keyOf = ({ name, accept, model = '', inferenceComponent = '' }: Endpoint): string =>
  `${name} ${accept} ${model} ${inferenceComponent}`
