import type { Layout } from './decoded.ts'
import type { Endpoint } from '../invoke/invocation.ts'

/**
 * Remembers how each endpoint lays out text, so that a batch of two rows, whose answer `0.6,0.3` may
 * be two rows or what is left of one, is read as the large batches were. Large ones tell by themselves,
 * and so they tell of an endpoint that was updated and lays out its answers in another way.
 */
export interface LayoutMemory {
  /**
   * How an answer to so many rows is read: by the job's own setting, or for `auto`, where they are few, as
   * was seen; see `ResponseSetting`.
   */
  settingFor(endpoint: Endpoint, rows: number): string
  saw(endpoint: Endpoint, layout: Layout, rows: number): void
}

/** From so many rows on no damage makes one layout look like another. */
const ROWS_SURE = 8

export function createLayoutMemory(): LayoutMemory {
  const seen = new Map<string, 'lines' | 'one_line'>()

  return {
    settingFor: (endpoint, rows) =>
      endpoint.response === 'auto' && rows < ROWS_SURE
        ? (seen.get(keyOf(endpoint)) ?? 'auto')
        : endpoint.response,
    saw(endpoint, layout, rows) {
      if (rows < ROWS_SURE || endpoint.response !== 'auto') return
      if (layout === 'one_line') seen.set(keyOf(endpoint), 'one_line')
      else if (layout === 'lines' || layout === 'rows') seen.set(keyOf(endpoint), 'lines')
    },
  }
}

/** Each variant, model and component has a container of its own. */
const keyOf = ({
  name,
  accept,
  variant = '',
  model = '',
  inferenceComponent = '',
}: Endpoint): string => [name, accept, variant, model, inferenceComponent].join('\n')
