import { type Payload, refused } from './read-csv.ts'

/**
 * Reads a `text/libsvm` payload: `index:value` pairs, other tokens ignored; what a row does not name
 * is missing. Indices begin at 1 unless one of them is 0. Source: aws/sagemaker-xgboost-container,
 * algorithm_mode/serve_utils.py `_get_sparse_matrix_from_libsvm`.
 */
export function readLibsvm(payload: Buffer, features: number): Payload {
  const lines = payload.toString('utf8').trim().split('\n')
  const cells = lines.flatMap((line, row) =>
    line
      .split(' ')
      .filter((item) => item.includes(':'))
      .map((item) => ({ row, pair: item.split(':') }))
      .map(({ row, pair }) => ({ row, column: Number(pair[0]), value: Number(pair[1]) })),
  )
  const wrong = cells.find(({ column, value }) => !Number.isInteger(column) || Number.isNaN(value))
  if (wrong !== undefined) {
    return refused('ValueError', `row ${wrong.row} is not index:value`, 'libsvm')
  }
  const offset = cells.some(({ column }) => column < 1) ? 0 : 1
  const matrix = new Float32Array(lines.length * features).fill(Number.NaN)
  for (const { row, column, value } of cells) {
    if (column - offset < features) matrix[row * features + column - offset] = value
  }
  return { kind: 'rows', rows: lines.length, matrix }
}
