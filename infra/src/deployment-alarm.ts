import { limits } from '@millrace/job'
import * as aws from '@pulumi/aws'
import type * as pulumi from '@pulumi/pulumi'
import type { App } from './image-repositories.ts'
import { ours } from './metrics.ts'

/*
 * Tasks that run and fail at their work, which the circuit breaker of ECS does not see. A message's attempts are over in
 * half a minute, so one minute must be enough; what is given back uncharged, because the role lacks a permission, fails
 * as often in its first minute, and then once in a minute.
 */

/** More than half of the attempts of one message, so that either of two reports that share them will do. */
const ATTEMPTS = Math.ceil(limits.attemptsMax / 2)
/** Some batches fail whatever the image: rows that break a container. So it takes two of them, and that fewer end well. */
const ATTEMPTS_OF_CONSUMERS = 2 * limits.attemptsMax
/** So long a failure counts; ECS looks at the alarm of a deployment that is steady for less ("Bake time"). */
const MINUTES = 5

type Watch = Pick<
  aws.cloudwatch.MetricAlarmArgs,
  'metricQueries' | 'namespace' | 'metricName' | 'dimensions' | 'statistic' | 'period'
> & { readonly threshold: number; readonly evaluationPeriods: number }

/** Rings when an app fails at its work: a deployment that was going on is rolled back. */
export function watchDeployment(
  app: App,
  namespace: string,
  parent: pulumi.CustomResourceOptions,
): aws.cloudwatch.MetricAlarm {
  return new aws.cloudwatch.MetricAlarm(
    `${app}-deployment`,
    {
      alarmDescription: `Deployment: the ${app} fails at its work. A deployment is rolled back.`,
      ...(app === 'consumer' ? moreFailThanEnd(namespace) : someFail(app, namespace)),
      comparisonOperator: 'GreaterThanOrEqualToThreshold',
      datapointsToAlarm: 1,
      treatMissingData: 'notBreaching',
    },
    parent,
  )
}

/** One request or result that fails again and again, be each attempt of some seconds. */
function someFail(app: App, namespace: string): Watch {
  const { dimensions, ...metric } = ours(namespace, 'millrace.attempts.failed', app)
  return {
    ...metric,
    dimensions: { ...dimensions },
    statistic: 'Sum',
    period: 60 * MINUTES,
    evaluationPeriods: 1,
    threshold: ATTEMPTS,
  }
}

/** By the minute: what the old consumers have ended before the deployment says nothing for the new ones. */
function moreFailThanEnd(namespace: string): Watch {
  const query = (id: string, { dimensions, ...metric }: ReturnType<typeof ours>) => ({
    id,
    metric: { ...metric, dimensions: { ...dimensions }, period: 60, stat: 'Sum' },
  })
  const ended = ours(namespace, 'millrace.messages.settled', 'consumer', 'acknowledged')
  return {
    metricQueries: [
      query('failed', ours(namespace, 'millrace.attempts.failed', 'consumer')),
      query('ended', ended),
      {
        id: 'result',
        expression: 'IF(failed > ended, failed, 0)',
        label: 'failed where more fail than end',
        returnData: true,
      },
    ],
    evaluationPeriods: MINUTES,
    threshold: ATTEMPTS_OF_CONSUMERS,
  }
}
