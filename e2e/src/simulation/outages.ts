import type { Notes } from './notes.ts'
import type { Scenario } from './scenario.ts'

/** What is away for everybody: services, and the endpoint while others crowd it. All are back when faults stop. */
export function scheduleOutages(
  { outages, crowds, faults, healAtMs }: Scenario,
  after: (delayMs: number, run: () => void) => void,
  notes: Notes,
): void {
  const { away: awayNow, endpoint } = faults
  for (const { atMs, forMs, service, away } of outages) {
    after(atMs, () => {
      notes.fault('world', 'service_outage', `${service} is ${away}`)
      awayNow.set(service, away)
    })
    after(Math.min(atMs + forMs, healAtMs), () => awayNow.delete(service))
  }
  const { capacity } = endpoint
  for (const { atMs, forMs } of crowds) {
    after(atMs, () => {
      notes.fault('world', 'crowd', 'at the endpoint')
      endpoint.capacity = 0
    })
    after(Math.min(atMs + forMs, healAtMs), () => (endpoint.capacity = capacity))
  }
}
