/** Where a task serves its health page, on its own loopback. */
export const HEALTH_PORT = 8_080

/** It takes 40 ms of a processor, where `fetch` would take three times that. */
const ASK = [
  `require('node:http').get('http://127.0.0.1:${HEALTH_PORT}/healthz',`,
  `({ statusCode }) => process.exit(statusCode === 200 ? 0 : 1)).on('error', () => process.exit(1))`,
].join(' ')

/**
 * Ends a task that hangs: after three looks in a row without an answer, or with one that says that the event loop stood
 * still or the queue is not polled. Work of hours, a full pool, an outage and a drain are all alive
 * (`libs/service/src/run/health.ts`), and a message in hand comes to another task no earlier than the third look.
 * The first look is `interval` seconds after the start, which does not wait for it.
 *
 * Bounds are in "HealthCheck" of the ECS API reference. An image without a shell is asked by `CMD`.
 */
export const healthCheck = {
  command: ['CMD', '/nodejs/bin/node', '-e', ASK],
  interval: 30,
  timeout: 10,
  retries: 3,
  startPeriod: 60,
} as const
