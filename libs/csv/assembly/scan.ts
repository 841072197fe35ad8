export {
  beginCheck,
  check,
  endCheck,
  faultByte,
  faultLineNumber,
  faultRowIndex,
} from './check'
export { beginCuts, cutsEnd, endCuts, openRowIndex, openRowStart, scanCuts } from './cut'
export { beginGlance, glance } from './glance'
export {
  beginSelect,
  misfitFields,
  misfitRow,
  misfitStart,
  select,
  selectedEnd,
} from './select'
export {
  beginSurvey,
  endSurvey,
  findRows,
  rowsEnd,
  survey,
  surveyBlankLines,
  surveyEnd,
  surveyRows,
} from './survey'
