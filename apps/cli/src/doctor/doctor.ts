import { CliError } from '../cli-error.ts'
import { EXIT, type ExitCode } from '../exit-code.ts'
import { orAborted } from '../or-aborted.ts'
import { regionOf } from '../system/region.ts'
import { fit } from '../show/fit.ts'
import { readSpec } from '../spec/read-spec.ts'
import type { PartialSpec } from '../spec/spec-options.ts'
import { connectSystem } from '../system/connect-system.ts'
import { isDeployed } from '../system/which-system.ts'
import type { World } from '../world.ts'
import { checksOf } from './checks.ts'
import type { DoctorOptions } from './doctor-options.ts'
import { type Check, failed, findingOf, type NamedFinding } from './finding.ts'
import { toldFindings, verdictOf } from './show-findings.ts'

/** `millrace doctor`: looks at all that a run or a stack needs, and says what to do about it. */
export async function doctor(options: DoctorOptions, world: World): Promise<ExitCode> {
  const spec = await readSpec(options.file, options.spec)
  if (options.probe !== undefined && spec.endpoint?.name === undefined) {
    throw new CliError('--probe wanted an endpoint: --endpoint NAME, or name it in a spec file')
  }
  const region = await regionOf(options).catch(() => undefined)
  const deployed = isDeployed(options, world)
  const account = { region, env: world.env, isNeeded: deployed || needsAws(options, spec) }
  await using stack = deployed && region !== undefined ? connect(region, world.env) : undefined
  const system = stack ?? (deployed ? 'out of reach' : 'this machine')
  const findings = await lookAtAll(checksOf(options, spec, account, system), world.stop)
  world.stop.throwIfAborted()
  const told = options.json
    ? JSON.stringify({ verdict: verdictOf(findings), checks: findings })
    : fit(toldFindings(deployed ? 'the stack' : 'this machine', findings), world.stdout)
  world.stdout.write(`${told}\n`)
  return verdictOf(findings) === 'failed' ? EXIT.failed : EXIT.succeeded
}

function needsAws({ endpointUrl }: DoctorOptions, { dataset, output, endpoint }: PartialSpec) {
  const inS3 = [dataset?.uri, output?.uri].some((uri) => uri?.startsWith('s3://'))
  return inS3 || (endpoint?.name !== undefined && endpointUrl === undefined)
}

function connect(region: string, env: World['env']) {
  const known = Object.entries({ ...env, AWS_REGION: region })
  return connectSystem(
    'deployed',
    Object.fromEntries(known.filter((entry): entry is [string, string] => entry[1] !== undefined)),
  )
}

/** The slowest check is a connection that nobody answers. */
const LOOK_MS_MAX = 15_000

const noAnswer = failed(
  `no answer for ${LOOK_MS_MAX / 1_000} s`,
  'check the network, its proxy and the VPC endpoints',
)

/** At once, because most of each is waiting. */
async function lookAtAll(checks: readonly Check[], stop: AbortSignal): Promise<NamedFinding[]> {
  return await Promise.all(
    checks.map(async ({ name, look }) => {
      const late = AbortSignal.timeout(LOOK_MS_MAX)
      const signal = AbortSignal.any([stop, late])
      const finding = await orAborted(look(signal), signal).catch((error: unknown) =>
        late.aborted ? noAnswer : findingOf(error),
      )
      return { check: name, ...finding }
    }),
  )
}
