/**
 * `endpoint.response` of a job: where each row's prediction stands in an answer.
 *
 * - `auto`: found by content type and the number of rows sent; numbers or lists of numbers only.
 * - `lines`, `one_line`: the same, for text that is laid out so; without it `0.6,0.3` means two rows
 *   when two were sent, and one row of two classes when one was.
 * - `label`: one text a row, such as a class name.
 * - `csv:1`, `csv:probability`: a column of a CSV answer, by index from 0 or by the header's name.
 * - `json:predictions[].score`: a path to the value of each row; `[]` is "for each row", `[0]` an
 *   element. In JSON lines the path begins within the line: `json:score`.
 */
export type ResponseSetting =
  | { readonly kind: 'auto' }
  | { readonly kind: 'lines' }
  | { readonly kind: 'one_line' }
  | { readonly kind: 'label' }
  | { readonly kind: 'csv'; readonly column: number | string }
  | { readonly kind: 'json'; readonly path: readonly PathStep[] }

/** A key of an object, an index of a list, or each element of a list. */
export type PathStep =
  | { readonly kind: 'key'; readonly key: string }
  | { readonly kind: 'index'; readonly index: number }
  | { readonly kind: 'each' }

/**
 * Reads a setting. A path is held to its grammar by the door (`response` of libs/job): of one that was recorded before
 * it was, what is no step is passed over, as it was then.
 *
 * @throws {RangeError} on one that is none of `ResponseSetting`.
 */
export function parseResponse(response: string): ResponseSetting {
  switch (response) {
    case 'auto':
    case 'lines':
    case 'one_line':
    case 'label':
      return { kind: response }
  }
  const column = /^csv:(.+)$/.exec(response)?.[1]
  if (column !== undefined) {
    return { kind: 'csv', column: /^\d+$/.test(column) ? Number(column) : column }
  }
  const path = /^json:(.+)$/.exec(response)?.[1]
  if (path !== undefined) return { kind: 'json', path: pathOf(path) }
  throw new RangeError(
    `endpoint.response: wanted auto, lines, one_line, label, csv:<column> or json:<path>, got ${response}`,
  )
}

function pathOf(path: string): PathStep[] {
  return path.match(/\[\d*\]|[^.[\]]+/g)?.map(stepOf) ?? []
}

function stepOf(token: string): PathStep {
  if (token === '[]') return { kind: 'each' }
  if (token.startsWith('[')) return { kind: 'index', index: Number(token.slice(1, -1)) }
  return { kind: 'key', key: token }
}
