import type { PreflightInput } from './preflight-input.ts'

type Rows = Pick<PreflightInput, 'body' | 'rows' | 'rowOffsets'>

/** The rows without their line ends; one may hold others in quotes. */
export function rowTexts({ body, rows, rowOffsets }: Rows): string[] {
  const offsets = rowOffsets()
  return Array.from({ length: rows }, (_, row) =>
    Buffer.from(body.subarray(offsets[row], offsets[row + 1]))
      .toString('utf8')
      .replace(/[\r\n]+$/, ''),
  )
}
