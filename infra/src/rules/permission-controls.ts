import type { Control } from './control.ts'
import { ACCOUNT } from '../graph/mock-account.ts'
import { each, eachStatement, statementsOf, textOf } from './each.ts'

const STARTS_TASKS = 'AWS documents it for the roles of tasks, and not for those that start them.'

/** Roles: each allows what it names. */
export const permissionControls: readonly Control[] = [
  {
    id: 'IAM.1',
    source: 'FSBP',
    says: 'no policy allows everything',
    breaches: eachStatement(
      'iam.RolePolicy',
      ({ Effect, Action }) => Effect === 'Allow' && [Action].flat().includes('*') && '*',
    ),
  },
  {
    id: 'IAM.21',
    source: 'FSBP',
    says: 'no policy allows a wildcard of actions',
    breaches: eachStatement(
      'iam.RolePolicy',
      ({ Action }) => [Action].flat().some((action) => action.includes('*')) && String(Action),
    ),
  },
  {
    id: 'wildcard-resource',
    source: 'Millrace',
    says: 'no statement is for all resources, but where AWS has no other way',
    breaches: eachStatement(
      'iam.RolePolicy',
      ({ Action, Resource }) =>
        [Resource].flat().includes('*') &&
        !ONLY_FOR_ALL.has(String(Action)) &&
        `${String(Action)} on *`,
    ),
  },
  {
    id: 'trust',
    source: 'Millrace',
    says: 'roles are taken by one AWS service each',
    breaches: each('iam.Role', ({ assumeRolePolicy }) => {
      const [statement, ...more] = statementsOf(assumeRolePolicy)
      const { Service } = (statement?.Principal ?? {}) as { Service?: unknown }
      return (more.length > 0 || typeof Service !== 'string') && assumeRolePolicy
    }),
  },
  {
    id: 'confused-deputy',
    source: 'Millrace',
    says: 'a service takes a role for this account alone, where it tells for whom',
    breaches: each('iam.Role', ({ assumeRolePolicy }) => {
      const [statement] = statementsOf(assumeRolePolicy)
      const source = statement?.Condition?.['ArnLike']?.['aws:SourceArn']
      return !String(source).includes(`:${ACCOUNT}:`) && textOf(source)
    }),
    justified: {
      '*': {
        'iam.Role producer-execution': STARTS_TASKS,
        'iam.Role consumer-execution': STARTS_TASKS,
        'iam.Role aggregator-execution': STARTS_TASKS,
        'iam.Role meter-task': 'Lambda tells nothing where it takes the role of a function.',
      },
    },
  },
]

/** Actions for which IAM knows no resources (Service Authorization Reference). */
const ONLY_FOR_ALL = new Set(['ecr:GetAuthorizationToken'])
