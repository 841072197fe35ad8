import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { graphOf, ofType, STACKS } from '../graph/graph.ts'
import { readSettings } from '../settings.ts'
import { deniedCalls } from './denied-calls.ts'
import { decide, refusedCalls, rolePolicy, unusedGrants } from './permissions.ts'
import { type Reach, readCalls } from './requests.ts'

const APPS = ['producer', 'consumer', 'aggregator', 'meter']
const folder = join(import.meta.dirname, '../..')
/**
 * Recorded by `e2e/src/permissions.test.ts` and, for the meter, by `meter/handler.test.ts`, which hold
 * that it is all that is called. What the container agent of ECS calls in a task's name is written by
 * hand: no emulator serves it (`libs/service/src/run/task-protection.ts`).
 */
const calls = ['calls.txt', 'calls-of-meter.txt', 'calls-of-agent.txt'].flatMap((file) =>
  readCalls(readFileSync(join(folder, file), 'utf8')),
)

function reachOf(stack: string): Reach {
  const file = readFileSync(join(folder, `Pulumi.${stack}.yaml`), 'utf8')
  const { config } = parse(file) as { config: Record<string, unknown> }
  const { endpoints, datasets } = readSettings(config['millrace:settings'])
  return {
    endpoints: endpoints.map(({ name }) => name),
    inferenceComponents: endpoints.flatMap(({ inferenceComponents }) => inferenceComponents),
    datasets,
  }
}

describe.for(STACKS)('in the %s stack', (stack) => {
  test('the roles allow every call that the apps make', () => {
    expect(refusedCalls(graphOf(stack), reachOf(stack), calls)).toEqual([])
  })

  test.for(APPS)('the role of the %s allows nothing that it never calls', (app) => {
    expect(unusedGrants(graphOf(stack), reachOf(stack), calls, app)).toEqual([])
  })

  test.for(APPS)('without any one statement, a call of the %s is refused', (app) => {
    const graph = graphOf(stack)
    const { Version, Statement } = rolePolicy(graph, app)
    const spared = Statement.filter((statement) => {
      const less = { Version, Statement: Statement.filter((other) => other !== statement) }
      const ours = calls.filter((call) => call.app === app)
      return refusedCalls(graph, reachOf(stack), ours, () => less).length === 0
    })
    expect(spared).toEqual([])
  })

  test.for(deniedCalls)('no app may %s', ([, action, resource, context = {}, but]) => {
    const graph = graphOf(stack)
    const asked = { action, resource: resource(graph), context }
    const allowed = APPS.filter((app) => decide(graph, app, asked) === 'allowed')
    expect(allowed).toEqual(but === undefined ? [] : [but])
  })
})

test.for(['sqs.QueuePolicy', 's3.BucketPolicy', 'sns.TopicPolicy', 'kms.Key'])(
  'a refusal too wide in a %s is told',
  (type) => {
    const graph = graphOf('prod')
    const refusal = { Effect: 'Deny', Principal: '*', Action: '*', Resource: '*' }
    const policy = JSON.stringify({ Statement: [refusal] })
    const [first] = ofType(graph, type)
    const resources = graph.resources.map((it) =>
      it === first ? { ...it, inputs: { ...it.inputs, policy } } : it,
    )
    const refused = refusedCalls({ ...graph, resources }, reachOf('prod'), calls)
    expect(refused).toContainEqual(expect.stringMatching(/^consumer: sqs:ReceiveMessage on arn:/))
  },
)

test('a grant too many is told', () => {
  const graph = graphOf('dev')
  const { Version, Statement } = rolePolicy(graph, 'consumer')
  const extra = { Effect: 'Allow' as const, Action: 's3:DeleteObject', Resource: '*' }
  const policy = { Version, Statement: [...Statement, extra] }
  expect(unusedGrants(graph, reachOf('dev'), calls, 'consumer', policy)).toEqual([
    'consumer: s3:DeleteObject on *',
  ])
})
