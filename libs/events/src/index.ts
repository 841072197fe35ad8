export { EventError, type EventErrorCode } from './event-error.ts'
export {
  createEventSinks,
  type EventSettings,
  type EventSink,
  type EventSinks,
} from './event-sinks.ts'
