import { jobTemplatesSchema } from '@millrace/job'
import { expect, test } from 'vitest'
import { type Graph, graphOf, ofType } from './graph/graph.ts'
import { decide } from './iam/permissions.ts'
import type { PolicyJson } from './iam/policy-json.ts'

const prod = graphOf('prod')

/** The patterns of keys, by bucket. */
const watched = (graph: Graph) =>
  ofType(graph, 'cloudwatch.EventRule')
    .filter(({ name }) => name.startsWith('arrivals-'))
    .map(({ inputs }) => JSON.parse(String(inputs['eventPattern'])).detail)

const policyOfJobs = (graph: Graph): PolicyJson => {
  const found = ofType(graph, 'sqs.QueuePolicy').find(({ name }) => name === 'jobs')
  return JSON.parse(String(found?.inputs['policy'])) as PolicyJson
}

test('a rule watches for the objects of each template', () => {
  expect(watched(prod)).toEqual([
    {
      bucket: { name: ['millrace-prod-datasets'] },
      object: { key: [{ wildcard: 'incoming/churn/*.csv' }] },
    },
    { bucket: { name: ['warehouse-exports'] }, object: { key: [{ wildcard: 'churn/*' }] } },
  ])
})

test('each rule sends to the jobs queue, which takes from these rules alone', () => {
  const targets = ofType(prod, 'cloudwatch.EventTarget').filter(({ name }) =>
    name.startsWith('arrivals-'),
  )
  const arn = 'arn:aws:sqs:eu-central-1:123456789012:millrace-prod-jobs'
  expect(targets.map(({ inputs }) => inputs['arn'])).toEqual([arn, arn])
  const rule = (index: number) =>
    `arn:aws:events:eu-central-1:123456789012:rule/millrace-prod-arrivals-${index}`
  expect(policyOfJobs(prod).Statement.filter(({ Effect }) => Effect === 'Allow')).toEqual([
    {
      Effect: 'Allow',
      Sid: 'ObjectsArrive',
      Principal: { Service: 'events.amazonaws.com' },
      Action: 'sqs:SendMessage',
      Resource: arn,
      Condition: { StringEquals: { 'aws:SourceArn': [rule(0), rule(1)] } },
    },
  ])
})

test('the producer has the templates with the names of the buckets', () => {
  const [task] = ofType(prod, 'ecs.TaskDefinition').filter(({ name }) => name === 'producer')
  const [container] = JSON.parse(String(task?.inputs['containerDefinitions'])) as [
    { environment: { name: string; value: string }[] },
  ]
  const templates = container.environment.find(({ name }) => name === 'MILLRACE_TEMPLATES')
  const [first] = jobTemplatesSchema.parse(JSON.parse(templates?.value ?? ''))
  expect(first).toMatchObject({
    prefix: 's3://millrace-prod-datasets/incoming/churn/',
    spec: { output: { uri: 's3://millrace-prod-results/results/churn/{name}.csv' } },
  })
})

test('a stack without templates watches nothing and lets nobody send', () => {
  const dev = graphOf('dev')
  expect(watched(dev)).toEqual([])
  expect(policyOfJobs(dev).Statement.every(({ Effect }) => Effect === 'Deny')).toBe(true)
})

test('only a stack that tells events lets its aggregator tell them', () => {
  const put = (graph: Graph) =>
    decide(graph, 'aggregator', {
      action: 'events:PutEvents',
      resource: `arn:aws:events:${graph.region}:123456789012:event-bus/millrace-${graph.stack}-events`,
      context: {},
    })
  expect([put(prod), put(graphOf('dev'))]).toEqual(['allowed', 'not_allowed'])
})
