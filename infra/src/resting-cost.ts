import { INTERFACES } from './network.ts'
import { type Settings, tasksMaxOf } from './settings.ts'

/*
 * What a stack costs while it does nothing, and so the least that its budget can be. By the prices of us-east-1;
 * `docs/costs.md` shows the same figures, which `resting-cost.test.ts` holds to them and to the graphs.
 */

const HOURS = 730
/** Of the function that measures the backlog: its invocations on Lambda, its metrics, its requests to SQS. */
const METER = { invocations: 0.1, metrics: 12 * 0.3, requests: 0.05 }
/** Alarms are paid by the metrics that they watch. */
const ALARM_METRIC = 0.1
const INTERFACE_HOUR = 0.01
const KEY = 1
const DASHBOARD = 3
const CONTAINER_INSIGHTS = 12

/** Dollars a month, in the order of the page. */
export function restingCosts(settings: Settings): Readonly<Record<string, number>> {
  const { network, encryption, containerInsights } = settings
  const zones = network.kind === 'private' ? network.zones.length : 0
  return {
    meter: METER.invocations,
    metrics: METER.metrics,
    alarms: alarmMetrics(settings) * ALARM_METRIC,
    requests: METER.requests,
    interfaces: interfacesOf(settings) * zones * HOURS * INTERFACE_HOUR,
    key: encryption === 'kms' ? KEY : 0,
    dashboard: DASHBOARD,
    insights: containerInsights ? CONTAINER_INSIGHTS : 0,
  }
}

const OF_EACH_STACK = 39
const OF_A_FLEET = 2
const OF_AN_ENDPOINT = 3

/** Metrics that alarms watch. */
export function alarmMetrics(settings: Settings): number {
  const { endpoints, templates } = settings
  const woken = endpoints.filter(({ scaling }) => scaling?.min === 0)
  return (
    OF_EACH_STACK +
    (tasksMaxOf(settings) > 1 ? OF_A_FLEET : 0) +
    OF_AN_ENDPOINT * endpoints.length +
    woken.length +
    templates.length
  )
}

/** Interface endpoints of a private network, in each zone. */
export const interfacesOf = ({ events }: Pick<Settings, 'events'>): number =>
  INTERFACES.length + [events.bus, events.topic].filter(Boolean).length

/** Other regions cost up to a quarter more. */
const ELSEWHERE = 1.25
const WORK_USD = 35

/**
 * Dollars a month above which the budget rings.
 *
 * @throws {Error} when the stack costs more than it is told to while it does nothing: it would ring each month.
 */
export function budgetOf(settings: Settings): number {
  const costs = Object.values(restingCosts(settings))
  const atRest = Math.ceil(costs.reduce((sum, usd) => sum + usd, 0))
  const { monthlyCostUsd } = settings.alarms
  if (monthlyCostUsd === undefined) return Math.ceil((atRest * ELSEWHERE + WORK_USD) / 10) * 10
  if (monthlyCostUsd > atRest) return monthlyCostUsd
  throw new Error(
    `millrace:settings.alarms.monthlyCostUsd: wanted more than ${atRest}, which this stack costs at rest (docs/costs.md), got ${monthlyCostUsd}`,
  )
}
