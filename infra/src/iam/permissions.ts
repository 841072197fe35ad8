import { type Graph, ofType } from '../graph/graph.ts'
import { applies, evaluate, type Request } from './evaluate.ts'
import type { PolicyJson, StatementJson } from './policy-json.ts'
import { type Call, type Reach, requestsOf } from './requests.ts'

/** Calls that an app makes and its role does not allow, as IAM would be asked. */
export function refusedCalls(
  graph: Graph,
  reach: Reach,
  calls: readonly Call[],
  policy: (app: string) => PolicyJson = (app) => rolePolicy(graph, app),
): readonly string[] {
  const ofResources = resourcePolicies(graph)
  return calls.flatMap((call) =>
    requestsOf(graph, reach, call)
      .filter((request) => evaluate([policy(call.app)], ofResources, request).kind !== 'allowed')
      .map(({ action, resource }) => `${call.app}: ${action} on ${resource}`),
  )
}

/** What a role allows and no call needs, by action and resource. */
export function unusedGrants(
  graph: Graph,
  reach: Reach,
  calls: readonly Call[],
  app: string,
  policy: PolicyJson = rolePolicy(graph, app),
): readonly string[] {
  const requests = calls
    .filter((call) => call.app === app)
    .flatMap((call) => requestsOf(graph, reach, call))
  return policy.Statement.flatMap(grantsOf)
    .filter((grant) => !requests.some((request) => applies(grant, request)))
    .map(({ Action, Resource }) => `${app}: ${String(Action)} on ${String(Resource)}`)
}

/** A statement as the single grants that it stands for. */
function grantsOf(statement: StatementJson): readonly StatementJson[] {
  return [statement.Action]
    .flat()
    .flatMap((Action) =>
      [statement.Resource ?? []].flat().map((Resource) => ({ ...statement, Action, Resource })),
    )
}

export function decide(graph: Graph, app: string, request: Request): string {
  return evaluate([rolePolicy(graph, app)], resourcePolicies(graph), request).kind
}

/** The policies of resources, of which a refusal counts for all that it names. */
const resourcePolicies = (graph: Graph): readonly PolicyJson[] =>
  ['sqs.QueuePolicy', 's3.BucketPolicy', 'sns.TopicPolicy', 'kms.Key']
    .flatMap((type) => ofType(graph, type))
    .map(({ inputs }) => JSON.parse(String(inputs['policy'])) as PolicyJson)

/** The policy of an app's task role. */
export function rolePolicy(graph: Graph, app: string): PolicyJson {
  const found = ofType(graph, 'iam.RolePolicy').filter(({ name }) => name === `${app}-task`)
  const [policy] = found
  if (policy === undefined || found.length !== 1) throw new Error(`one policy of ${app} was wanted`)
  return JSON.parse(String(policy.inputs['policy'])) as PolicyJson
}
