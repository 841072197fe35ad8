export { type ColumnChoice, type ColumnSelection, chooseColumns } from './column-selection.ts'
export { CsvError, type CsvErrorCode } from './csv-error.ts'
export type { Cut } from './cut.ts'
export { createCutter, type Cutter, type CutterOptions } from './cutter.ts'
export { type Dialect, jsonLines } from './dialect.ts'
export { endsInQuotes } from './ends-in-quotes.ts'
export { parseFields } from './fields.ts'
export { refuseUnreadable } from './encoding.ts'
export { type Head, headBytes, headDifference, headOf, inspectHead, inspectNext } from './head.ts'
export { guarded, unguarded } from './guarded.ts'
export { type MalformedLine, malformedLines } from './json-lines.ts'
export { nearest } from './nearest.ts'
export { rowOffsets } from './row-offsets.ts'
export { selectColumns } from './select-columns.ts'
export { createSlots, type Glance, glanceOf, type Slots } from './slots.ts'
export {
  countRows,
  createSurveyor,
  type OddRow,
  oddRows,
  type Survey,
  type Surveyor,
  surveyRows,
  widthText,
} from './survey.ts'
export { type UnfitRow, unfitRows } from './unfit-rows.ts'
