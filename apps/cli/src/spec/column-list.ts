import { InvalidArgumentError } from 'commander'

/** Columns of a wide table are chosen by ranges; this many are no typing mistake. */
const COLUMNS_MAX = 100_000

/**
 * Reads `age,income`, `0,2,5-9` or `"a,b",3`: names and indexes from 0, ranges with both ends. In
 * double quotes it is a name whatever it looks like. Given again, the option adds to what it was.
 */
export function columnList(
  text: string,
  earlier: readonly (string | number)[] = [],
): (string | number)[] {
  const items = text.match(/"(?:[^"]|"")*"|[^,]+/g) ?? []
  if (items.length === 0 || /^,|,,|,$/.test(text.replaceAll(/"(?:[^"]|"")*"/g, 'x'))) {
    throw new InvalidArgumentError('Wanted columns, such as age,income or 0,2,5-9.')
  }
  return [...earlier, ...items.flatMap((item) => columnsOf(item))]
}

function columnsOf(item: string): (string | number)[] {
  if (item.startsWith('"')) return [item.slice(1, -1).replaceAll('""', '"')]
  const [, first, last] = /^(\d{1,6})(?:-(\d{1,6}))?$/.exec(item) ?? []
  if (first === undefined) return [item]
  const [start, end] = [Number(first), Number(last ?? first)]
  if (start > end || end > COLUMNS_MAX) {
    throw new InvalidArgumentError(`Wanted a range such as 5-9, up to ${COLUMNS_MAX}; got ${item}.`)
  }
  return Array.from({ length: end - start + 1 }, (_, index) => start + index)
}
