import { randomUUID } from 'node:crypto'
import {
  askedOf,
  check,
  differenceOf,
  decodeJobRequest,
  type JobId,
  type JobSpec,
  jobIdOf,
  newJobSpecSchema,
} from '@millrace/job'
import { isForgotten, readJob } from '@millrace/ledger'
import { publish } from '@millrace/queue'
import { CliError } from '../cli-error.ts'
import { EXIT, type ExitCode } from '../exit-code.ts'
import { comingMoment } from '../spec/coming-moment.ts'
import { refuseIdle } from '../spec/idle-options.ts'
import { readSpec, uriOf } from '../spec/read-spec.ts'
import type { PartialSpec } from '../spec/spec-options.ts'
import { openDeployed } from '../system/open-system.ts'
import type { SystemOptions } from '../system/which-system.ts'
import { traceContext } from '../system/trace-context.ts'
import type { World } from '../world.ts'
import { follow } from '../watch/watch.ts'

export interface SubmitOptions extends Pick<SystemOptions, 'region'> {
  /** A URI, or a path for a system on this machine. */
  readonly data?: string
  readonly out?: string
  readonly spec: PartialSpec
  readonly file?: string
  /** The same token is the same job. */
  readonly clientToken?: string
  readonly watch: boolean
  readonly json: boolean
}

/** `millrace submit`: asks the deployed system for a job, and says what it is called. */
export async function submit(options: SubmitOptions, world: World): Promise<ExitCode> {
  const { asked, spec } = await specOf(options)
  const clientToken = options.clientToken ?? randomUUID()
  // Without its defaults, as any sender has it: another version has others, and would ask for another job by them.
  const body = JSON.stringify({ version: 1, clientToken, spec: asked })
  // As the producer does: what it refuses is no job that could be named.
  decodeJobRequest(body)
  await using system = await openDeployed(options, world)
  const requests = system.queue('jobs')
  checkReachable(spec, requests.url)
  const jobId = jobIdOf(clientToken)
  const earlier = await readJob(system.ledger, jobId, world.stop)
  const isSame = earlier?.asked === askedOf({ spec: asked })
  const difference = earlier && !isSame ? differenceOf('', spec, earlier.spec) : undefined
  if (difference !== undefined) {
    throw new CliError(
      `client token ${clientToken}: job ${jobId} has another spec: ${difference}`,
      {
        hint: 'the same token is the same job; choose another for another one',
      },
    )
  }
  const mayBeForgotten = earlier === undefined && options.clientToken !== undefined
  if (mayBeForgotten && (await isForgotten(system.ledger, jobId, world.stop))) {
    throw new CliError(
      `client token ${clientToken}: was that of job ${jobId}, which is forgotten`,
      {
        hint: 'its token is refused until 30 days after that; choose another for another job',
      },
    )
  }
  // What was asked for before may be asked for again, whenever that is.
  if (earlier === undefined && spec.deadline !== undefined) comingMoment(spec.deadline)
  await publish(requests, [{ body, attributes: traceContext(world.env) }], world.stop)
  tell({ jobId, clientToken }, options, world)
  return options.watch ? await follow(system, jobId, options, world) : EXIT.succeeded
}

/** Names the job before anything else can go wrong: whoever does not know it would ask for another one. */
function tell(
  asked: { readonly jobId: JobId; readonly clientToken: string },
  { watch, json }: SubmitOptions,
  { stdout, stderr }: World,
): void {
  if (json) {
    stdout.write(`${JSON.stringify(asked)}\n`)
    return
  }
  // While the job is shown, standard output waits for how it ended.
  if (!watch) stdout.write(`${asked.jobId}\n`)
  stderr.write(`millrace watch ${asked.jobId} shows how it goes\n`)
}

/** What is asked for, as it was named, and the spec that follows from it. */
async function specOf({ data, out, spec, file }: SubmitOptions): Promise<Specs> {
  const wanted = await readSpec(file, spec)
  const uri = named('dataset', data, wanted.dataset?.uri)
  if (out === '-') throw new CliError('--out -: a stack writes its result to a URI; name one')
  const result = named('result', out, wanted.output?.uri)
  const asked = {
    ...wanted,
    version: 1,
    dataset: { ...wanted.dataset, uri },
    endpoint: wanted.endpoint ?? missing('an endpoint', '--endpoint NAME'),
    output: { ...wanted.output, uri: result },
  }
  const whole = check(file ?? 'submit', newJobSpecSchema, asked)
  refuseIdle(spec, whole)
  return { asked, spec: whole }
}

interface Specs {
  readonly asked: object
  readonly spec: JobSpec
}

function named(what: 'dataset' | 'result', typed: string | undefined, inFile: string | undefined) {
  if (typed !== undefined) return uriOf(typed)
  return inFile ?? missing(`a ${what}`, what === 'dataset' ? 's3://…' : '--out s3://…')
}

function missing(what: string, how: string): never {
  throw new CliError(`wanted ${what}: ${how}, or name it in a spec file`)
}

/** A stack's producer cannot read this machine's files; one on this machine can. */
function checkReachable({ dataset, output }: JobSpec, queue: string): void {
  const here = /^https?:\/\/(127\.0\.0\.1|localhost|\[::1\])/.test(queue)
  const local = [dataset.uri, output.uri].find((uri) => uri.startsWith('file:'))
  if (here || local === undefined) return
  throw new CliError(`${local}: is on this machine, and the stack reads and writes S3 only`, {
    hint: 'upload it with `aws s3 cp`, or run the job here with `millrace run`',
  })
}
