export { type Batches, batchMap } from './batch-map.ts'
export type {
  AdjustRequest,
  BatchMap,
  DoneAnswer,
  ErrorAnswer,
  FailuresAnswer,
  JobAnswer,
  JobLine,
  JobsAnswer,
  LetterGroup,
  LetterMessage,
  LetterQueue,
  LettersAnswer,
  LettersRequest,
  MapCell,
  MessagesAnswer,
  RedriveRequest,
  Verb,
} from './console-data.ts'
export { renderConsole } from './render-console.ts'
