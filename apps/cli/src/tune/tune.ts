import { setTimeout as sleep } from 'node:timers/promises'
import type { Instances } from '@millrace/cost'
import { InvocationError } from '@millrace/invocation'
import type { JobSpec } from '@millrace/job'
import { CliError } from '../cli-error.ts'
import { type EndpointChosen, openEndpoint } from '../endpoint/open-endpoint.ts'
import { firstOf, type SampleRows, sampleRows } from '../endpoint/sample-rows.ts'
import { tryFirstRows } from '../endpoint/try-first-rows.ts'
import { readPrices } from '../estimate/read-prices.ts'
import { EXIT, type ExitCode } from '../exit-code.ts'
import { LOCAL_ENDPOINT } from '../local/start-apps.ts'
import { told } from '../plan/plan.ts'
import { openSource } from '../plan/plan-source.ts'
import { planSpec } from '../plan/plan-spec.ts'
import { refuseOtherUri } from '../dataset/check-input.ts'
import { readSpec } from '../spec/read-spec.ts'
import type { PartialSpec } from '../spec/spec-options.ts'
import type { World } from '../world.ts'
import { measureCell } from './measure-cell.ts'
import { adviceOf, type Advice } from './advice.ts'
import { readStart } from './read-start.ts'
import { gridOf, type Measured, searchBest } from './search.ts'
import { cellLine, tuneText } from './show-tune.ts'
import { writeAdvice } from './write-advice.ts'

/** `millrace tune`, as typed. */
export interface TuneOptions extends EndpointChosen {
  readonly data?: string
  readonly spec: PartialSpec
  readonly file?: string
  readonly seconds: number
  readonly maxConcurrency: number
  readonly sampleRows: number
  readonly out?: string
  readonly write: boolean
  readonly instance?: Instances
  readonly prices?: string
  readonly json: boolean
}

/** `millrace tune`: loads the endpoint with rows of the dataset, and says how a job had best do it. */
export async function tune(options: TuneOptions, world: World): Promise<ExitCode> {
  const list = await readPrices(options.prices)
  if (options.write && options.file === undefined) {
    throw new CliError('--write wants a spec file to write into: -f millrace.yaml')
  }
  const { spec, sample } = await readSample(options, world)
  await using endpoint = await openEndpoint(options, world)
  await tryFirstRows(endpoint, spec, sample, world.stop)
  const found = await search(endpoint, spec, sample, options, world)
  if (found.best === undefined) {
    throw new CliError(`${spec.endpoint.name} throttles even one invocation at a time`, {
      hint: 'others use it up: try again later, or with more --seconds',
      exitCode: EXIT.failed,
    })
  }
  const advice = await adviceOf(
    { ...found, best: found.best },
    { ...endpoint, spec, sample, list, instance: options.instance },
    world.stop,
  )
  await deliver(advice, spec, options, world)
  return EXIT.succeeded
}

async function deliver(
  advice: Advice,
  spec: JobSpec,
  options: TuneOptions,
  { stdout, stderr }: World,
): Promise<void> {
  stdout.write(`${tuneText(advice, options.json)}\n`)
  if (options.out !== undefined) {
    const { writePage } = await import('./write-page.ts')
    await writePage(options.out, spec, advice)
    stderr.write(`charts    ${options.out}\n`)
  }
  if (options.write && options.file !== undefined) {
    await writeAdvice(options.file, advice.best)
    stderr.write(`wrote     batching.rows into ${options.file}\n`)
  }
}

async function readSample(
  options: TuneOptions,
  world: World,
): Promise<{ readonly spec: JobSpec; readonly sample: SampleRows }> {
  const wanted = withEndpoint(await readSpec(options.file, options.spec), options)
  const data = options.data ?? wanted.dataset?.uri
  if (data === undefined) {
    throw new CliError("missing required argument 'data': wanted a file, a folder or an s3:// URI")
  }
  refuseOtherUri(data)
  const spec = planSpec(options.file ?? 'tune', wanted, data)
  try {
    await using source = await openSource(data, spec, wanted.dataset?.compression, options, world)
    const start = await readStart(source.objects, options.sampleRows, spec)
    const sample = sampleRows(start.bytes, start.isWhole, spec, options.sampleRows)
    if (sample !== undefined) return { spec, sample }
    throw new CliError('no row at the start of the dataset has the width of the first one', {
      hint: 'millrace plan --check tells which rows are odd',
    })
  } catch (error) {
    throw told(error)
  }
}

function withEndpoint(wanted: PartialSpec, { localModel }: TuneOptions): PartialSpec {
  if (localModel !== undefined) {
    return { ...wanted, endpoint: { ...wanted.endpoint, name: LOCAL_ENDPOINT } }
  }
  if (wanted.endpoint?.name !== undefined) return wanted
  throw new CliError('no endpoint: wanted --endpoint NAME, or --local-model FILE to try things out')
}

/** Of the whole time; a grid is gone over with about twenty cells. */
const CELL_SHARE = 1 / 25
/** After a throttle, so that the endpoint has done with what it holds. */
const BACK_OFF_MS = 1_000

async function search(
  { invoke }: Awaited<ReturnType<typeof openEndpoint>>,
  { endpoint, batching }: JobSpec,
  sample: SampleRows,
  { seconds, maxConcurrency, json }: TuneOptions,
  { stop, stderr }: World,
) {
  const now = (): number => performance.now()
  const deadlineAt = now() + seconds * 1_000
  const cellMs = seconds * 1_000 * CELL_SHARE
  const rowsMax = firstOf(sample, sample.rows, batching.payloadBytesMax).rows
  const deps = { invoke, endpoint, sample, now }
  const onMeasured = (measured: Measured): void => {
    if (!json) stderr.write(`${cellLine(measured)}\n`)
  }
  try {
    return await searchBest(
      {
        hasTime: () => now() < deadlineAt && !stop.aborted,
        measure: async (cell, bestSoFar) => {
          const limits = { cellMs, deadlineAt, bestSoFar }
          const measured = await measureCell(deps, cell, limits, stop)
          if (measured.kind === 'throttled') await sleep(BACK_OFF_MS, undefined, { signal: stop })
          return measured
        },
        onMeasured,
      },
      gridOf({ rowsMax, concurrencyMax: maxConcurrency }),
    )
  } catch (error) {
    if (!(error instanceof InvocationError)) throw error
    throw new CliError(error.message, { cause: error, exitCode: EXIT.failed })
  }
}
