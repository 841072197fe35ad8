/** What the container makes of a CSV payload. */
export type CsvPayload =
  | { readonly kind: 'rows'; readonly rows: number; readonly matrix: Float32Array }
  | { readonly kind: 'refused'; readonly status: number; readonly message: string }
  | { readonly kind: 'empty' }

/**
 * Reads a payload as the XGBoost container does: lines at `\n`, fields at one delimiter, no quotes;
 * an empty field and `nan` are missing; whatever is no number refuses the whole payload with 415.
 */
export function readCsv(payload: Buffer, features: number): CsvPayload {
  const text = payload.toString('utf8').trim()
  if (text === '') return { kind: 'empty' }
  const lines = text.split('\n')
  const matrix = new Float32Array(lines.length * features).fill(Number.NaN)
  for (const [row, line] of lines.entries()) {
    const fields = line.split(',')
    if (fields.length > features)
      return { kind: 'refused', status: 400, message: 'too many columns' }
    if (fields.length > 1 || features === 1) {
      for (const [column, field] of fields.entries()) {
        const value = field === '' ? Number.NaN : numberOf(field)
        if (value === undefined) return refused(`could not convert string to float: '${field}'`)
        matrix[row * features + column] = value
      }
    } else return refused('inhomogeneous shape')
  }
  return { kind: 'rows', rows: lines.length, matrix }
}

function numberOf(field: string): number | undefined {
  const text = field.trim()
  const value = Number(text)
  if (text === '') return undefined
  if (!Number.isNaN(value)) return value
  return text.toLowerCase() === 'nan' ? value : undefined
}

function refused(reason: string): CsvPayload {
  const message = `Loading csv data failed with Exception, please ensure data is in csv format:\n <class 'ValueError'>\n ${reason}`
  return { kind: 'refused', status: 415, message }
}
