import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { metricCatalogue, type MetricDefinition } from '@millrace/job'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { type Graph, graphOf, ofType, STACKS } from './graph/graph.ts'
import { awsMetrics, ours } from './metrics.ts'
import { readSettings } from './settings.ts'

const docs = join(import.meta.dirname, '../../docs')
const runbook = readFileSync(join(docs, 'runbook.md'), 'utf8')

const documents = ['runbook', 'deploy'].map((name) =>
  readFileSync(join(docs, `${name}.md`), 'utf8'),
)

/** Sections by the anchors that GitHub gives them. */
const sections = new Map(
  runbook
    .split(/^## /m)
    .slice(1)
    .map((text) => {
      const [title = ''] = text.split('\n')
      return [title.toLowerCase().replaceAll(' ', '-'), text]
    }),
)

const alarmsOf = (graph: Graph) =>
  ofType(graph, 'cloudwatch.MetricAlarm').filter(
    ({ inputs }) => !/^(Scaling|Deployment):/.test(String(inputs['alarmDescription'])),
  )

/** The endpoints that the settings of a stack name. */
function endpointsOf(stack: string): readonly string[] {
  const file = readFileSync(join(import.meta.dirname, `../Pulumi.${stack}.yaml`), 'utf8')
  const { config } = parse(file) as { config: Record<string, unknown> }
  return readSettings(config['millrace:settings']).endpoints.map(({ name }) => name)
}

interface Named {
  readonly where: string
  readonly namespace: string
  readonly name: string
  readonly dimensions: Readonly<Record<string, string>>
}

describe.for(STACKS)('in the %s stack', (stack) => {
  const graph = graphOf(stack)

  test('each alarm tells somebody, and says where its runbook is', () => {
    const silent = alarmsOf(graph).filter(({ inputs }) => {
      const anchor = String(inputs['alarmDescription']).split('#')[1] ?? ''
      const told = [inputs['alarmActions'], inputs['okActions']] as unknown[][]
      return !sections.has(anchor) || told.some((actions) => actions.length !== 1)
    })
    expect(silent).toEqual([])
  })

  test('every metric of an alarm or a widget is one that is emitted', () => {
    const named = [...alarmMetrics(graph), ...widgetMetrics(graph)]
    expect(named.length).toBeGreaterThan(50)
    expect(named.filter((metric) => !isEmitted(metric, stack))).toEqual([])
  })

  test('each failure of a job that rings is drawn on the dashboard', () => {
    const failing = (named: readonly Named[]) => {
      const failures = named.filter(
        ({ name, dimensions }) =>
          name === 'millrace.jobs.ended' && dimensions['state'] === 'failed',
      )
      return new Set(failures.map(({ dimensions }) => dimensions['app']))
    }
    expect(failing(alarmMetrics(graph))).toEqual(new Set(['producer', 'consumer', 'aggregator']))
    expect(failing(widgetMetrics(graph))).toEqual(failing(alarmMetrics(graph)))
  })

  test('the dashboard draws each metric that the runbook has somebody look at', () => {
    const wanted = [...runbook.matchAll(/`(millrace\.[a-z_.]+)`/g)].map(([, name = '']) => name)
    const drawn = new Set(widgetMetrics(graph).map(({ name }) => name))
    expect(wanted).toContain('millrace.circuit.open')
    expect(wanted.filter((name) => !drawn.has(name))).toEqual([])
  })

  test('each queue, dead-letter queue and endpoint is watched', () => {
    const names = alarmsOf(graph).map(({ name }) => name)
    const ofQueues = ['jobs', 'batches', 'completions'].flatMap((queue) =>
      ['old', 'set-aside', 'not-received'].map((what) => `${queue}-${what}`),
    )
    const ofEndpoints = endpointsOf(stack).flatMap((endpoint) =>
      ['4xx', '5xx', 'slow'].map((what) => `${endpoint}-${what}`),
    )
    expect(ofEndpoints).not.toEqual([])
    expect(names).toEqual(expect.arrayContaining([...ofQueues, ...ofEndpoints]))
  })
})

test('a stack puts out what the documents ask it for', () => {
  // Of the two, this one has a key.
  const { outputs } = graphOf('prod')
  const wanted = documents.flatMap((text) =>
    [...text.matchAll(/pulumi stack output (\w+)/g)].map(([, name = '']) => name),
  )
  expect(wanted).toContain('logGroupNames')
  expect(wanted.filter((name) => !Object.hasOwn(outputs, name))).toEqual([])
})

test('an alarm, or the section of one, links each section', () => {
  const graph = graphOf('prod')
  const linked = [
    ...alarmsOf(graph).map(({ inputs }) => String(inputs['alarmDescription'])),
    ...ofType(graph, 'cloudwatch.EventTarget').flatMap(({ inputs }) => textOf(inputs) ?? []),
  ].map((text) => text.split('#')[1] ?? '')
  const further = linked.flatMap((anchor) =>
    [...(sections.get(anchor) ?? '').matchAll(/\]\(#([a-z-]+)\)/g)].map(([, found]) => found),
  )
  // A budget has no description to hold a link.
  const unlinked = [...sections.keys()].filter(
    (anchor) => ![...linked, ...further].includes(anchor),
  )
  expect(unlinked).toEqual(['unusual-cost'])
})

test('each link within the runbook leads to a section', () => {
  const anchors = [...runbook.matchAll(/\]\(#([a-z-]+)\)/g)].map(([, anchor = '']) => anchor)
  expect(anchors.filter((anchor) => !sections.has(anchor))).toEqual([])
})

test('a deployment that fails is told in words, at the topic of alarms', () => {
  const graph = graphOf('prod')
  const [target] = ofType(graph, 'cloudwatch.EventTarget').filter(
    ({ name }) => name === 'rollbacks',
  )
  expect(target?.inputs['arn']).toMatch(/:sns:.*-alarms$/)
  expect(textOf(target?.inputs ?? {})).toMatch(
    /^A deployment of <service> failed and is rolled back: <reason> https:.*#deployment-fails$/,
  )
})

test.for([...sections])('the section %s says what it is and what to do', ([, text]) => {
  const parts = [...text.matchAll(/^\*\*(.+?)\.\*\*/gm)].map(([, title]) => title)
  expect(parts).toEqual(['What it means', 'How to look', 'What to do', 'How to know it is over'])
})

test.for([
  ['an app that does not emit it', () => ours('M', 'millrace.limit', 'producer')],
  ['a value that it never has', () => ours('M', 'millrace.jobs.ended', 'producer', 'lost')],
  ['no value where it has one', () => ours('M', 'millrace.batches', 'consumer')],
] as const)('a metric of %s is refused', ([, name]) => {
  expect(name).toThrow('millrace.')
})

/** What an event is turned into before it is told. */
function textOf(inputs: Readonly<Record<string, unknown>>): string | undefined {
  const { inputTransformer } = inputs as { inputTransformer?: { inputTemplate: string } }
  return inputTransformer && (JSON.parse(inputTransformer.inputTemplate) as string)
}

/** The catalogue is held to what apps emit by `e2e/src/telemetry.test.ts` and `meter/handler.test.ts`. */
function isEmitted({ namespace, name, dimensions }: Named, stack: string): boolean {
  const keys = Object.keys(dimensions)
  if (namespace === `Millrace/${stack}`) {
    const metric = (metricCatalogue as Record<string, MetricDefinition>)[name]
    const own = metric?.dimension
    return (
      metric?.apps.some((app) => app === dimensions['app']) === true &&
      keys.length === (own === undefined ? 1 : 2) &&
      (own === undefined || own.values.includes(dimensions[own.name] ?? ''))
    )
  }
  return Object.values(awsMetrics).some(
    (known) =>
      known.namespace === namespace &&
      (known.names as readonly string[]).includes(name) &&
      known.dimensions.join() === keys.join(),
  )
}

function alarmMetrics(graph: Graph): Named[] {
  return ofType(graph, 'cloudwatch.MetricAlarm').flatMap(({ name: where, inputs }) => {
    type Metric = Readonly<Record<string, unknown>>
    const queries = (inputs['metricQueries'] ?? []) as { metric?: Metric }[]
    const metrics =
      queries.length === 0
        ? [inputs]
        : queries.flatMap(({ metric }) => (metric === undefined ? [] : [metric]))
    return metrics.map(({ namespace, metricName, dimensions }) => ({
      where,
      namespace: String(namespace),
      name: String(metricName),
      dimensions: dimensions as Record<string, string>,
    }))
  })
}

function widgetMetrics(graph: Graph): Named[] {
  return ofType(graph, 'cloudwatch.Dashboard').flatMap(({ inputs }) => {
    const { widgets } = JSON.parse(String(inputs['dashboardBody'])) as {
      widgets: { properties: { title: string; metrics?: unknown[][] } }[]
    }
    return widgets.flatMap(({ properties: { title: where, metrics = [] } }) =>
      metrics.map(([namespace, name, ...rest]) => {
        const pairs = rest.filter((item) => typeof item === 'string')
        const dimensions = Object.fromEntries(
          pairs.flatMap((key, index) => (index % 2 === 0 ? [[key, pairs[index + 1]]] : [])),
        ) as Record<string, string>
        return { where, namespace: String(namespace), name: String(name), dimensions }
      }),
    )
  })
}
