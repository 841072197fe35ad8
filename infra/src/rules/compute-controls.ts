import { limits } from '@millrace/job'
import { ofType } from '../graph/graph.ts'
import type { Control } from './control.ts'
import { each, eachContainer, eachWithout, otherThan, textOf } from './each.ts'

/** Tasks, images and logs: no more rights than needed, nothing that moves, a trace of what was done. */
export const computeControls: readonly Control[] = [
  {
    id: 'ECS.1',
    source: 'FSBP',
    says: 'tasks run as an ordinary user, in a network of their own',
    breaches: (graph) => [
      ...each('ecs.TaskDefinition', ({ networkMode }) => otherThan('awsvpc', networkMode))(graph),
      ...eachContainer(({ user = 'root' }) => /^(0|root)\b/.test(user) && user)(graph),
    ],
  },
  {
    id: 'ECS.2',
    source: 'FSBP',
    says: 'services get no public address',
    breaches: each('ecs.Service', ({ networkConfiguration }) => {
      const { assignPublicIp } = networkConfiguration as { assignPublicIp: boolean }
      return assignPublicIp && 'a public address'
    }),
    justified: {
      dev: {
        'ecs.Service producer': 'it calls out by it; its security group lets nothing in',
        'ecs.Service consumer': 'it calls out by it; its security group lets nothing in',
        'ecs.Service aggregator': 'it calls out by it; its security group lets nothing in',
      },
    },
  },
  {
    id: 'ECS.3',
    source: 'FSBP',
    says: "tasks do not share the host's processes",
    breaches: each('ecs.TaskDefinition', ({ pidMode }) => pidMode),
  },
  {
    id: 'ECS.4',
    source: 'FSBP',
    says: 'containers are not privileged and drop all capabilities',
    breaches: (graph) => [
      ...eachContainer(({ privileged }) => privileged === true && 'privileged')(graph),
      ...eachContainer(
        ({ linuxParameters }) =>
          linuxParameters?.capabilities?.drop?.includes('ALL') !== true && 'capabilities',
      )(graph),
    ],
  },
  {
    id: 'ECS.5',
    source: 'FSBP',
    says: 'the root file system is read-only',
    breaches: eachContainer(
      ({ readonlyRootFilesystem }) => readonlyRootFilesystem !== true && 'writable',
    ),
  },
  {
    id: 'ECS.8',
    source: 'FSBP',
    says: 'no secret lies in the environment',
    breaches: eachContainer(
      ({ environment }) =>
        environment.find(({ name }) => /SECRET|TOKEN|PASSWORD|ACCESS_KEY/.test(name))?.name,
    ),
  },
  {
    id: 'ECS.9',
    source: 'FSBP',
    says: 'containers have a log',
    breaches: eachContainer(({ logConfiguration }) => logConfiguration === undefined && 'no log'),
  },
  {
    id: 'ECS.10',
    source: 'FSBP',
    says: 'services run on the latest platform',
    breaches: each('ecs.Service', ({ platformVersion }) => otherThan('LATEST', platformVersion)),
  },
  {
    id: 'ECS.12',
    source: 'FSBP',
    says: 'clusters use Container Insights',
    breaches: each('ecs.Cluster', ({ settings }) => {
      const all = (settings ?? []) as { name: string; value: string }[]
      return otherThan('enabled', all.find(({ name }) => name === 'containerInsights')?.value)
    }),
    justified: {
      dev: { 'ecs.Cluster millrace': 'about $12 a month that an idle stack would cost' },
    },
  },
  {
    id: 'stop-timeout',
    source: 'Millrace',
    says: 'tasks get all the time that Fargate gives to drain',
    breaches: eachContainer(({ stopTimeout }) => otherThan(limits.stopTimeoutSeconds, stopTimeout)),
  },
  {
    id: 'health-check',
    source: 'Millrace',
    says: 'a task that hangs is ended, by a check that needs no shell',
    breaches: eachContainer(({ healthCheck, environment }) => {
      const isServed = environment.some(({ name }) => name === 'MILLRACE_HEALTH_PORT')
      return !(isServed && healthCheck?.command[0] === 'CMD') && 'no check'
    }),
  },
  {
    id: 'image-digest',
    source: 'Millrace',
    says: 'images are named by digest, which cannot move',
    breaches: eachContainer(
      ({ image }) => !/@sha256:[0-9a-f]{64}$/.test(image ?? '') && textOf(image),
    ),
  },
  {
    id: 'rollback',
    source: 'Millrace',
    says: 'a deployment that fails rolls back by itself',
    breaches: each('ecs.Service', ({ deploymentCircuitBreaker }) => {
      const { enable, rollback } = (deploymentCircuitBreaker ?? {}) as {
        enable?: boolean
        rollback?: boolean
      }
      return !(enable === true && rollback === true) && 'no rollback'
    }),
  },
  {
    id: 'capacity-changes',
    source: 'Millrace',
    says: 'a service that is there can be given another capacity provider',
    breaches: each(
      'ecs.Service',
      ({ forceNewDeployment }) => forceNewDeployment !== true && 'the provider refuses it',
    ),
  },
  {
    id: 'rollback-target',
    source: 'Millrace',
    says: 'what a deployment is rolled back to is kept',
    breaches: each('ecs.TaskDefinition', ({ skipDestroy }) => skipDestroy !== true && 'removed'),
  },
  {
    id: 'one-fleet',
    source: 'Millrace',
    says: 'a deployment never has more consumers than the endpoint serves, nor waits for the last one',
    breaches: each('ecs.Service', (inputs, { name }) => {
      const [least, most] = [
        inputs['deploymentMinimumHealthyPercent'],
        inputs['deploymentMaximumPercent'],
      ]
      return (
        name === 'consumer' &&
        (most !== 100 || least !== 0) &&
        `${String(least)} to ${String(most)} %`
      )
    }),
  },
  {
    id: 'rollback-on-alarm',
    source: 'Millrace',
    says: 'a deployment whose tasks fail at their work rolls back by itself',
    breaches: each('ecs.Service', ({ alarms }, { name }) => {
      const { enable, rollback, alarmNames } = (alarms ?? {}) as {
        enable?: boolean
        rollback?: boolean
        alarmNames?: readonly string[]
      }
      const watched = alarmNames?.some((alarm) => alarm.endsWith(`-${name}-deployment`))
      return !(enable === true && rollback === true && watched === true) && 'no alarm'
    }),
  },
  {
    id: 'scaling-rests',
    source: 'Millrace',
    says: 'a service is not scaled on while nothing is known of its backlog',
    // An alarm has its policy scale again each minute that it rings, and `ignore` lets it ring for as long as nothing is told.
    breaches: each(
      'cloudwatch.MetricAlarm',
      ({ alarmDescription, treatMissingData = 'missing' }) => {
        const isScaling = String(alarmDescription).startsWith('Scaling:')
        const rests = ['notBreaching', 'missing'].includes(String(treatMissingData))
        return isScaling && !rests && String(treatMissingData)
      },
    ),
  },
  {
    id: 'rollback-told',
    source: 'Millrace',
    says: 'somebody is told that a deployment failed',
    breaches: (graph) => {
      const [rule] = ofType(graph, 'cloudwatch.EventRule').filter(({ inputs }) =>
        String(inputs['eventPattern']).includes('SERVICE_DEPLOYMENT_FAILED'),
      )
      return each('ecs.Service', (_, { name }) => {
        const isWatched = String(rule?.inputs['eventPattern']).includes(`-${name}"`)
        return !isWatched && 'nobody is told'
      })(graph)
    },
  },
  {
    id: 'ECR.1',
    source: 'FSBP',
    says: 'images are scanned',
    breaches: each('ecr.Repository', ({ imageScanningConfiguration }) => {
      const { scanOnPush } = (imageScanningConfiguration ?? {}) as { scanOnPush?: boolean }
      return scanOnPush !== true && 'no scan'
    }),
  },
  {
    id: 'ECR.2',
    source: 'FSBP',
    says: 'tags do not move',
    breaches: each('ecr.Repository', ({ imageTagMutability }) =>
      otherThan('IMMUTABLE', imageTagMutability),
    ),
  },
  {
    id: 'ECR.3',
    source: 'FSBP',
    says: 'repositories have a lifecycle',
    breaches: eachWithout('ecr.Repository', 'ecr.LifecyclePolicy', 'repository'),
  },
  {
    id: 'Lambda.1',
    source: 'FSBP',
    says: 'functions are invoked by AWS services only, each named by its ARN',
    breaches: each(
      'lambda.Permission',
      ({ principal, sourceArn }) =>
        (!String(principal).endsWith('.amazonaws.com') || sourceArn === undefined) &&
        textOf(principal),
    ),
  },
  {
    id: 'Lambda.2',
    source: 'FSBP',
    says: 'functions run on a runtime that is supported',
    breaches: each(
      'lambda.Function',
      ({ runtime }) => !/^nodejs(22|24)\.x$/.test(String(runtime)) && textOf(runtime),
    ),
  },
  {
    id: 'log-retention',
    source: 'Millrace',
    says: 'logs are kept for a time that was chosen, and not for ever',
    breaches: each(
      'cloudwatch.LogGroup',
      ({ retentionInDays }) => !(Number(retentionInDays) > 0) && 'for ever',
    ),
  },
]
