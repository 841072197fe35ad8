export { type Batches, batchMap } from './batch-map.ts'
export type {
  AdjustRequest,
  BatchMap,
  DiscardRequest,
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
  MapCell,
  MessagesAnswer,
  RedriveRequest,
  Verb,
} from './console-data.ts'
export { renderConsole } from './render-console.ts'
