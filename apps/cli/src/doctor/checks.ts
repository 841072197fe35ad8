import type { System } from '../system/system.ts'
import { stateRootOf } from '../system/which-system.ts'
import { type Account, accountChecks } from './account.ts'
import type { DoctorOptions } from './doctor-options.ts'
import { endpointChecks } from './endpoint.ts'
import type { Check } from './finding.ts'
import { machineChecks, nodeCheck } from './machine.ts'
import { datasetCheck, writtenCheck } from './places.ts'
import { stackChecks } from './stack.ts'
import type { PartialSpec } from '../spec/spec-options.ts'

/** Everything that is to be looked at, in the order in which one thing needs the other. */
export function checksOf(
  options: DoctorOptions,
  spec: PartialSpec,
  account: Account,
  /** A stack is out of reach without a region. */
  system: System | 'out of reach' | 'this machine',
): Check[] {
  const { dataset, output, endpoint } = spec
  const stack = typeof system === 'object' ? system : undefined
  const work = stack?.env['MILLRACE_WORK_URI'] ?? ''
  const { env } = account
  return [
    nodeCheck,
    ...(system === 'this machine' ? machineChecks(stateRootOf(options)) : []),
    ...accountChecks(account),
    ...(stack === undefined ? [] : stackChecks(stack)),
    ...(work === '' ? [] : [writtenCheck('work', work, account)]),
    ...(dataset?.uri === undefined ? [] : [datasetCheck(dataset.uri, account)]),
    ...(output?.uri === undefined ? [] : [writtenCheck('result', output.uri, account)]),
    ...endpointChecks(
      {
        endpoint,
        url: options.endpointUrl ?? env['AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME'],
        probe: options.probe,
      },
      account,
    ),
  ]
}
