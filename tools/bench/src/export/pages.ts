/*
 * The items of one partition, joined as they are answered: a page is a slice, so that the table takes little
 * of the cores that whoever asks it is measured on.
 */

export interface Pages {
  readonly count: number
  /** Items from `start` on, joined by commas, and behind which one they end. */
  from(start: number, limit: number): { readonly items: Buffer; readonly end: number }
}

const PAGE_BYTES_MAX = 1024 * 1024
const COMMA = Buffer.from(',')

export function createPages(items: readonly Buffer[]): Pages {
  const joined = Buffer.concat(items.flatMap((item) => [item, COMMA]))
  let at = 0
  const starts = items.map((item) => {
    const start = at
    at += item.length + COMMA.length
    return start
  })
  starts.push(at)
  const startOf = (item: number): number => starts[item] ?? at
  return {
    count: items.length,
    from(start, limit) {
      let end = start
      while (
        end < items.length &&
        end - start < limit &&
        startOf(end) - startOf(start) < PAGE_BYTES_MAX
      ) {
        end += 1
      }
      return {
        items: joined.subarray(startOf(start), Math.max(startOf(start), startOf(end) - 1)),
        end,
      }
    },
  }
}
