import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { graphOf, ofType, STACKS } from './graph/graph.ts'
import { alarmMetrics, budgetOf, interfacesOf, restingCosts } from './resting-cost.ts'
import { readSettings } from './settings.ts'
import { settingsOf } from './stack-settings.fixture.ts'

const page = readFileSync(join(import.meta.dirname, '../../docs/costs.md'), 'utf8')

/** The cells of the table "At rest", without its head. */
const rows = (page.split('## At rest')[1] ?? '')
  .split('##')[0]!
  .split('\n')
  .filter((line) => line.startsWith('| '))
  .slice(2)
  .map((line) => line.split('|').map((cell) => cell.trim()))

describe.for(STACKS)('in the %s stack', (stack) => {
  const column = STACKS.indexOf(stack)
  const settings = settingsOf(stack)
  const graph = graphOf(stack)
  const printed = rows.map((cells) => cells[column + 2])

  test('the page has the figures that the budget is made of', () => {
    const costs = Object.values(restingCosts(settings))
    expect(printed).toEqual(['$0', ...costs.map(dollars), `**about $${Math.round(sumOf(costs))}**`])
  })

  test('as many metrics are counted as alarms watch', () => {
    const watched = ofType(graph, 'cloudwatch.MetricAlarm').flatMap(({ inputs }) => {
      const queries = (inputs['metricQueries'] ?? [{ metric: inputs }]) as { metric?: unknown }[]
      return queries.filter(({ metric }) => metric !== undefined)
    })
    expect(alarmMetrics(settings)).toBe(watched.length)
    const [, counted = ''] = rows.find(([, what]) => what?.startsWith('metrics that alarms')) ?? []
    expect(Number(counted.match(/\d+/g)?.[column])).toBe(watched.length)
  })

  test('as many interface endpoints are counted as are made', () => {
    const made = ofType(graph, 'ec2.VpcEndpoint').filter(
      ({ inputs }) => inputs['vpcEndpointType'] === 'Interface',
    )
    expect(made.length).toBe(settings.network.kind === 'private' ? interfacesOf(settings) : 0)
  })
})

test('the page says what a production stack costs in a network that exists', () => {
  const existing = {
    ...{ kind: 'existing' as const, vpcId: 'vpc-1' },
    ...{ subnetIds: ['subnet-1'], securityGroupIds: [] },
  }
  const costs = Object.values(restingCosts({ ...settingsOf('prod'), network: existing }))
  const [, printed] =
    /\(`network: existing`\), a production stack is at about (\$\d+)/.exec(page) ?? []
  expect(printed).toBe(`$${Math.round(sumOf(costs))}`)
})

const sumOf = (costs: readonly number[]): number => costs.reduce((sum, usd) => sum + usd)

const dollars = (usd: number): string => {
  if (usd === 0) return '-'
  return usd >= 5 || Number.isInteger(usd) ? `$${Math.round(usd)}` : `$${usd.toFixed(2)}`
}

const endpoints = [{ name: 'churn', variant: 'AllTraffic', concurrency: 64 }]
const networks = {
  public: { kind: 'public', zones: ['eu-central-1a'] },
  private: { kind: 'private', zones: ['eu-central-1a', 'eu-central-1b'] },
}

const settingsWith = (kind: keyof typeof networks, alarms = {}) =>
  readSettings({ endpoints, network: networks[kind], alarms })

test.for([
  ['public', 50],
  ['private', 150],
] as const)('a %s network has a budget of $%i unless told otherwise', ([kind, usd]) => {
  expect(budgetOf(settingsWith(kind))).toBe(usd)
})

test.for(['public', 'private'] as const)(
  'a budget of what a %s network costs at rest is refused',
  (kind) => {
    const costs = Object.values(restingCosts(settingsWith(kind)))
    const atRest = Math.ceil(sumOf(costs))
    expect(budgetOf(settingsWith(kind, { monthlyCostUsd: atRest + 1 }))).toBe(atRest + 1)
    expect(() => budgetOf(settingsWith(kind, { monthlyCostUsd: atRest }))).toThrow(
      `monthlyCostUsd: wanted more than ${atRest}`,
    )
  },
)
