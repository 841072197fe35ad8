export { createHistory, type History, type LogLine, type Verdict } from './history.ts'
