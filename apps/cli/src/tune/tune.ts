import { setTimeout as sleep } from 'node:timers/promises'
import type { Instances } from '@millrace/cost'
import { InvocationError } from '@millrace/invocation'
import type { JobSpec } from '@millrace/job'
import { TABLE } from '../arguments.ts'
import { CliError } from '../cli-error.ts'
import { type EndpointChosen, openEndpoint, type OpenEndpoint } from '../endpoint/open-endpoint.ts'
import { firstOf, type SampleRows, sampleRows } from '../endpoint/sample-rows.ts'
import { tryFirstRows } from '../endpoint/try-first-rows.ts'
import { readPrices } from '../estimate/read-prices.ts'
import { EXIT, type ExitCode } from '../exit-code.ts'
import { LOCAL_ENDPOINT } from '../local/start-apps.ts'
import { told } from '../plan/plan.ts'
import { openSource, type Source } from '../plan/plan-source.ts'
import { checkPage } from '../dataset/check-page.ts'
import { refuseOtherUri } from '../dataset/check-input.ts'
import { readSpec } from '../spec/read-spec.ts'
import type { PartialSpec } from '../spec/spec-options.ts'
import type { World } from '../world.ts'
import { type Answer, measureCell } from './measure-cell.ts'
import { adviceOf, type Advice } from './advice.ts'
import { nothingKnown } from './nothing-known.ts'
import { readStart } from './read-start.ts'
import { leaveOutRefused, type Taken } from './refused-rows.ts'
import { type Found, gridOf, type Measured, searchBest } from './search.ts'
import { cellLine, leftOutText, tuneText } from './show-tune.ts'
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
  const { spec, objects, sample: read } = await readSample(options, world)
  await checkOut(spec, options)
  await using endpoint = await openEndpoint(options, world)
  await tryFirstRows(endpoint, spec, read, objects, world.stop)
  const deadlineAt = now() + options.seconds * 1_000
  const { sample, leftOut } = await withoutRefused(endpoint, spec, read, options, world)
  const answers = new Map<number, Answer>()
  const work = { ...endpoint, spec, sample, deadlineAt, answers }
  const found = await search(work, options, world)
  if (found.best === undefined) throw nothingKnown(found, spec, options.seconds)
  const { region } = endpoint
  const advice = await adviceOf(
    { ...found, best: found.best },
    { region, spec, answers, leftOut, list, instance: options.instance },
  )
  await deliver(advice, spec, options, world)
  return EXIT.succeeded
}

/** Before the endpoint is loaded for the whole time. */
async function checkOut({ dataset }: JobSpec, options: TuneOptions): Promise<void> {
  if (options.out === undefined) return
  await checkPage(options.out, 'tune.html', [
    ['dataset', dataset.uri],
    ['model', options.localModel],
    ['spec', options.file],
    ['list of prices', options.prices],
  ])
}

async function deliver(
  advice: Advice,
  spec: JobSpec,
  options: TuneOptions,
  { stdout, stderr, stop }: World,
): Promise<void> {
  stdout.write(`${tuneText(advice, options.json)}\n`)
  if (options.out !== undefined) {
    const { writePage } = await import('./write-page.ts')
    await writePage(options.out, spec, advice, stop)
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
): Promise<{ readonly sample: SampleRows } & Pick<Source, 'spec' | 'objects'>> {
  const wanted = withEndpoint(await readSpec(options.file, options.spec), options)
  const data = options.data ?? wanted.dataset?.uri
  if (data === undefined) {
    throw new CliError(`missing required argument 'data': wanted ${TABLE}`)
  }
  refuseOtherUri(data)
  try {
    const asked = { name: options.file ?? 'tune', wanted, typed: options.spec }
    await using source = await openSource(data, asked, options, world)
    const { spec, objects } = source
    const start = await readStart(objects, options.sampleRows, spec)
    const sample = sampleRows(start.bytes, start.isWhole, spec, options.sampleRows)
    if (sample !== undefined) return { spec, objects, sample }
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

const now = (): number => performance.now()

/** Of the whole time, to find refused rows in. */
const LOOK_SHARE = 1 / 5

async function withoutRefused(
  { invoke }: Pick<OpenEndpoint, 'invoke'>,
  spec: JobSpec,
  sample: SampleRows,
  { seconds, json }: TuneOptions,
  { stop, stderr }: World,
): Promise<Taken> {
  const timeMs = seconds * 1_000 * LOOK_SHARE
  const wait = (ms: number, signal: AbortSignal): Promise<void> => sleep(ms, undefined, { signal })
  const deps = { invoke, now: Date.now, random: Math.random, sleep: wait }
  const limits = { timeMs, signal: stop }
  const taken = await leaveOutRefused(deps, spec, sample, limits).catch(refusedForGood)
  if (taken.leftOut !== undefined && !json) {
    stderr.write(`left out  ${leftOutText(taken.leftOut)}\n`)
  }
  return taken
}

/** Of the whole time; a grid is gone over with about twenty cells. */
const CELL_SHARE = 1 / 25
/** After a throttle, so that the endpoint has done with what it holds. */
const BACK_OFF_MS = 1_000

interface Work {
  readonly invoke: OpenEndpoint['invoke']
  readonly spec: JobSpec
  readonly sample: SampleRows
  readonly deadlineAt: number
  /** Filled with the last answer to so many rows. */
  readonly answers: Map<number, Answer>
}

async function search(
  { invoke, spec: { endpoint, batching }, sample, deadlineAt, answers }: Work,
  { seconds, maxConcurrency, json }: TuneOptions,
  { stop, stderr }: World,
): Promise<Found> {
  const cellMs = seconds * 1_000 * CELL_SHARE
  const rowsMax = firstOf(sample, sample.rows, batching.payloadBytesMax).rows
  const onAnswer = (answer: Answer): void => void answers.set(answer.rows, answer)
  const deps = { invoke, endpoint, sample, now, onAnswer }
  const onMeasured = (measured: Measured): void => {
    if (!json) stderr.write(`${cellLine(measured)}\n`)
  }
  const searching = searchBest(
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
  return await searching.catch(refusedForGood)
}

/** What no other cell and no other rows would change. */
function refusedForGood(cause: unknown): never {
  if (!(cause instanceof InvocationError)) throw cause
  const { message, hint } = cause
  const what = { cause, exitCode: EXIT.failed, ...(hint === undefined ? {} : { hint }) }
  throw new CliError(message, what)
}
