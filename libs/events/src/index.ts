export { EventError, type EventErrorCode } from './event-error.ts'
export { createEventSinks, type EventSettings, type EventSinks } from './event-sinks.ts'
