import { billOf, expectUsage, type JobShape, pricesOf } from '@millrace/cost'
import { deadlineFrom, type JobSpec, limits } from '@millrace/job'
import { TABLE } from '../arguments.ts'
import { CliError } from '../cli-error.ts'
import { EXIT, type ExitCode } from '../exit-code.ts'
import { LOCAL_ENDPOINT } from '../local/start-apps.ts'
import { told } from '../plan/plan.ts'
import { openSource } from '../plan/plan-source.ts'
import { type PlanReport, surveyObjects } from '../plan/survey-objects.ts'
import { refuseOtherUri } from '../dataset/check-input.ts'
import { readSpec } from '../spec/read-spec.ts'
import type { PartialSpec } from '../spec/spec-options.ts'
import type { World } from '../world.ts'
import { assumeAnswer, type BatchAnswer, probeBatch } from './batch-answer.ts'
import type { EstimateOptions } from './estimate-options.ts'
import { keepStart } from './keep-start.ts'
import { readPrices } from './read-prices.ts'
import { type Estimate, estimateText } from './show-estimate.ts'

/** `millrace estimate`: what a job will take; reads the table, and invokes the endpoint once. */
export async function estimate(options: EstimateOptions, world: World): Promise<ExitCode> {
  const list = await readPrices(options.prices)
  const wanted = withEndpoint(await readSpec(options.file, options.spec), options)
  const data = options.data ?? wanted.dataset?.uri
  if (data === undefined) {
    throw new CliError(`missing required argument 'data': wanted ${TABLE}`)
  }
  refuseOtherUri(data)
  try {
    const asked = { name: options.file ?? 'estimate', wanted, typed: options.spec }
    await using source = await openSource(data, asked, options, world)
    const { spec } = source
    const start = keepStart(source.objects, spec)
    const plan = await surveyObjects(start.objects, spec, {
      check: false,
      now,
      slots: source.slots,
    })
    const answer = options.probe
      ? await probeBatch(start, spec, options, world)
      : await assumeAnswer(plan, spec, options.latency)
    const shape = shapeOf(plan, answer, options, spec.output.join !== 'none')
    const { usage, seconds } = expectUsage(shape)
    const region = answer.region ?? options.region ?? world.env['AWS_REGION'] ?? 'us-east-1'
    const prices = pricesOf(region, list)
    const estimated: Estimate = {
      dataset: data,
      endpoint: options.probe ? spec.endpoint.name : undefined,
      plan,
      answer,
      options,
      usage,
      seconds,
      secondsLeft: leftOf(spec),
      prices,
      bill: billOf(usage, plan.rows, prices),
    }
    world.stdout.write(`${estimateText(estimated, options.json)}\n`)
    return EXIT.succeeded
  } catch (error) {
    throw told(error)
  }
}

const now = (): number => performance.now()

function leftOf({ deadline }: JobSpec): number | undefined {
  const at = Date.now() / 1_000
  const moment = deadline === undefined ? undefined : deadlineFrom(deadline, at)
  return moment === undefined ? undefined : moment - at
}

function withEndpoint(wanted: PartialSpec, { localModel, probe }: EstimateOptions): PartialSpec {
  if (localModel !== undefined) {
    return { ...wanted, endpoint: { ...wanted.endpoint, name: LOCAL_ENDPOINT } }
  }
  if (wanted.endpoint?.name !== undefined || !probe) return wanted
  throw new CliError('no endpoint: wanted --endpoint NAME, or --no-probe to reckon without one')
}

function shapeOf(
  { rows, batches, objects, bytes }: PlanReport,
  answer: BatchAnswer,
  { concurrency, consumers }: EstimateOptions,
  joins: boolean,
): JobShape {
  return {
    rows,
    batches,
    objects,
    inputBytes: bytes,
    rowBytesIn: answer.rowBytesIn,
    rowBytesOut: answer.rowBytesOut,
    partUnits: answer.part.writeUnits,
    partBytes: answer.part.bytes,
    batchSeconds: answer.latencyMs / 1_000,
    concurrency,
    consumers: Math.min(consumers, concurrency),
    joins,
    partitions: limits.partPartitions,
  }
}
