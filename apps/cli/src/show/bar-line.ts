/** What a bar tells, as texts. */
export interface BarFields {
  readonly state: string
  readonly done: string
  /** `0` where no row has. */
  readonly failed: string
  readonly rate: string
  readonly left: string
}

/**
 * The widest form of a bar that fits: one that wraps is no bar. Of what a narrow one leaves out, rows that have failed
 * are never a part.
 *
 * @param share of what is done, from 0 to 1.
 * @param columns of the terminal as it is now.
 */
export function barLine(fields: BarFields, share: number, columns: number): string {
  const { state, done, failed, rate, left } = fields
  const percent = `${Math.floor(share * 100)}%`
  const anyFailed = failed === '0' ? [] : [`${failed} failed`]
  const wide = Math.min(WIDE_MAX, columns - BESIDE_WIDE)
  const forms = [
    ...(wide < NARROW
      ? []
      : [
          [
            `${state} ${bar(share, wide)} ${percent}`,
            ...[`${done} rows`, `${failed} failed`, `${rate} rows/s`, left],
          ],
        ]),
    [`${bar(share, NARROW)} ${percent}`, done, `${failed} failed`, `${rate} rows/s`, left],
    [`${bar(share, NARROW)} ${percent}`, done, ...anyFailed, left],
    [percent, done, ...anyFailed, left],
  ].map((parts) => parts.join(' | '))
  const narrowest = [percent, ...anyFailed, left].join(' | ').slice(0, columns)
  return forms.find(({ length }) => length <= columns) ?? narrowest
}

/** Characters of a bar, and of what stands beside the widest one of hundreds of millions of rows. */
const NARROW = 8
const WIDE_MAX = 40
const BESIDE_WIDE = 104

function bar(share: number, size: number): string {
  const full = Math.round(share * size)
  return '█'.repeat(full) + '░'.repeat(size - full)
}
