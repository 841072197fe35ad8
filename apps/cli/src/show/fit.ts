/** Columns of a terminal; nothing where the output goes into a file or a pipe, which has none. */
export interface Width {
  readonly isTTY?: boolean
  readonly columns?: number
}

/**
 * Breaks lines that are longer than the terminal is wide between words, and goes on below where the
 * first long gap ends: below the value of a fact, or the second column of a table. Words are left
 * whole, so that a path can be copied.
 */
export function fit(text: string, { isTTY, columns = 0 }: Width): string {
  if (isTTY !== true || columns < COLUMNS_MIN) return text
  return text
    .split('\n')
    .map((line) => (line.length > columns ? broken(line, columns) : line))
    .join('\n')
}

/** Below this nothing can be told. */
const COLUMNS_MIN = 20

function broken(line: string, columns: number): string {
  const [start = ''] = /^\s*\S.*?\s{2,}(?=\S)/.exec(line) ?? /^\s*/.exec(line) ?? []
  const indent = start.length < columns / 2 ? start.length : 2
  const lines: string[] = []
  let current = line.slice(0, indent)
  let isEmpty = true
  for (const word of line.slice(indent).split(' ')) {
    if (!isEmpty && current.length + 1 + word.length > columns) {
      lines.push(current)
      current = ' '.repeat(indent)
      isEmpty = true
    }
    current += isEmpty ? word : ` ${word}`
    isEmpty = false
  }
  return [...lines, current].map((each) => each.trimEnd()).join('\n')
}
