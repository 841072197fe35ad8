import { h, type JSX } from 'preact'
import type { FailuresAnswer } from '../../src/console-data.ts'
import type { Api } from '../server/api.ts'
import { count, counted } from '../pieces/numbers.ts'
import { failuresPath } from '../server/paths.ts'
import { headCells, refusalText } from '../pieces/pieces.ts'
import { useReading } from '../server/use-reading.ts'

interface Props {
  readonly api: Api
  readonly jobId: string
  readonly failedRows: number
}

type FailedRow = FailuresAnswer['rows'][number]

/** The rows that have no prediction, by reason, with the endpoint's own words; read when asked for. */
export function FailedRows({ api, jobId, failedRows }: Props): JSX.Element | null {
  const { told, refusal, isReading, read } = useReading<FailuresAnswer>(api)
  if (failedRows === 0) return null
  const label = told === undefined ? 'Show them' : 'Read again'
  return h(
    'section',
    { id: 'failed-rows' },
    h(
      'div',
      { class: 'heading' },
      h('h2', null, `Failed rows: ${count(failedRows)}`),
      h(
        'button',
        { type: 'button', 'aria-disabled': isReading, onClick: () => read(failuresPath(jobId)) },
        isReading ? 'Reading …' : label,
      ),
    ),
    refusal === undefined ? null : refusalText(refusal),
    ...(told === undefined ? [] : groups(told.rows)),
    told?.more === true ? more(told.rows.length, jobId) : null,
  )
}

const more = (shown: number, jobId: string): JSX.Element =>
  h(
    'p',
    { class: 'small soft more' },
    `These are the first ${count(shown)}; there are more: `,
    h('code', null, `millrace get ${jobId} --where-failed`),
  )

function groups(rows: readonly FailedRow[]): JSX.Element[] {
  const byCode = [...Map.groupBy(rows, ({ code }) => code)]
  const sorted = byCode.toSorted(([, a], [, b]) => b.length - a.length)
  return sorted.map(([code, members], index) =>
    h(
      'details',
      { key: code, open: index === 0 },
      h(
        'summary',
        null,
        h('code', null, code),
        h('span', { class: 'soft' }, ` ${counted(members.length, 'row')}`),
      ),
      table(members),
    ),
  )
}

const table = (rows: readonly FailedRow[]): JSX.Element =>
  h(
    'div',
    { class: 'rows' },
    h(
      'table',
      null,
      h('thead', null, h('tr', null, ...headCells({ number: 'row' }, 'message'))),
      h(
        'tbody',
        null,
        ...rows.map(({ row, message }) =>
          h(
            'tr',
            { key: row },
            h('td', { class: 'number' }, count(row)),
            h('td', null, h('code', null, message)),
          ),
        ),
      ),
    ),
  )
