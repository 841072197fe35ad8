export { emptyPrinted, oddPrinted, printLines, printRows, textPrinted } from './print'
export { countLines, emptyLines, oddLines, readLines } from './read'
export { countScores } from './scores'
export { beginRows, joinLines, writeRows } from './write'
