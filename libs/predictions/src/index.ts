export { numberOf } from './number-of.ts'
export { countLines, type PredictionLines, readLines } from './prediction-lines.ts'
export { linesBytesMax, linesIn, printFloats, printLines } from './print-floats.ts'
export { createRowWriter, type Joined, type RowWriter } from './row-writer.ts'
