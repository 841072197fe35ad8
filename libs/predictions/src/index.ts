export { classesIn } from './classes-in.ts'
export {
  type AddedColumn,
  type ColumnType,
  decideBy,
  type Deciding,
  valuesOf,
} from './decide.ts'
export { DecisionError } from './decision-error.ts'
export { numberOf } from './number-of.ts'
export { joinLines, splitLines } from './lines-text.ts'
export { type ModelRows, modelRows } from './model-rows.ts'
export { countLines, type PredictionLines, readLines } from './prediction-lines.ts'
export {
  linesBytesMax,
  linesIn,
  type PrintedLines,
  printFloats,
  printLines,
} from './print-floats.ts'
export { kernelStyle, type KernelStyle, type RowStyle } from './row-style.ts'
export { createRowWriter, type Joined, type RowWriter } from './row-writer.ts'
export { createScoreCounts, type ScoreCounts } from './score-counts.ts'
export {
  joinedNames,
  NOT_UTF8_HINT,
  REPLACED,
  TAKEN_HINT,
} from './unfit-columns.ts'
export { undecidedLines } from './undecided-lines.ts'
export { unfitFirstRows } from './unfit-first-rows.ts'
