import { type Dialect, headBytes, inspectHead, unguarded } from '@millrace/csv'
import { thresholdsOf } from '@millrace/job'
import { createReport, type Decision, type ReportCollector, renderPage } from '@millrace/report'
import { createStorage, fileUri, type Storage } from '@millrace/storage'
import { costIn } from '../cost/read-cost.ts'
import { CliError } from '../cli-error.ts'
import { checkPage } from '../dataset/check-page.ts'
import { refuseColumnOf } from './idle-label-options.ts'
import { labelFile, labelsInFile } from './labels.ts'
import { type Measure, measureFor } from './measure.ts'
import { scoresOfColumns } from './prediction-columns.ts'
import type { ReportOptions } from './report-options.ts'
import { resultRows } from './result-rows.ts'
import type { World } from '../world.ts'
import { findVouchedResult, type VouchedResult } from './vouched-result.ts'

/** The page of a result, from its files alone: without the ledger, there is nothing over time. */
export async function pageOfFiles(
  named: string,
  options: ReportOptions,
  world: World,
): Promise<{ readonly jobId: string; readonly page: string }> {
  const result = await findVouchedResult(named)
  await keepFiles(result, options)
  const storage = createStorage({})
  try {
    return {
      jobId: result.manifest.jobId,
      page: await drawPage(result, storage, options, world),
    }
  } finally {
    await storage.close()
  }
}

async function keepFiles(
  { path, manifestPath, errors, spec }: VouchedResult,
  { out, labels }: ReportOptions,
): Promise<void> {
  if (out === undefined || out === '-') return
  await checkPage(out, 'report.html', [
    ['result', path],
    ['file of failed rows', errors?.path],
    ['manifest', manifestPath],
    ['dataset', spec.dataset.uri],
    ['file of labels', labelFile(labels)],
  ])
}

async function drawPage(
  result: VouchedResult,
  storage: Storage,
  options: ReportOptions,
  world: World,
): Promise<string> {
  const { manifest, spec } = result
  const { kind, labels = [] } = spec.decision
  const decision = { kind, threshold: thresholdsOf(spec.decision)[0] ?? 0.5, labels }
  const collector = createReport(decision)
  const measure = measureFor(decision, manifest.rows.total, options, world)
  await readAll(result, storage, decision, { collector, measure }, options, world.stop)
  const { created, started, lastRecorded = created } = manifest.times
  const retried = manifest.history?.at(-2)?.jobId
  const cost = costIn(manifest)
  const facts = {
    jobId: manifest.jobId,
    ...(retried === undefined ? {} : { retryOf: retried }),
    state: manifest.state,
    endpoint: spec.endpoint.name,
    variants: manifest.variants,
    dataset: spec.dataset.uri,
    invocations: manifest.invocations,
    createdAt: created,
    ...(started === undefined ? {} : { startedAt: started }),
    endedAt: lastRecorded,
    ...(cost === undefined ? {} : { cost: cost.bill }),
    outputs: [],
  }
  const { batches, throttles } = manifest
  return renderPage({ ...collector.finish(facts, measure?.finish()), batches, throttles })
}

const PLAIN: Dialect = { delimiter: ',', quote: '"' }

/** Reads result and failures once; labels go beside the rows. */
async function readAll(
  result: VouchedResult,
  storage: Storage,
  decision: Decision,
  { collector, measure }: { collector: ReportCollector; measure: Measure | undefined },
  options: ReportOptions,
  signal: AbortSignal,
): Promise<void> {
  const { manifest, spec, errors } = result
  const joins = spec.output.join !== 'none'
  const { header: wanted } = spec.output
  const header = wanted === 'auto' ? !joins || manifest.dataset.header : wanted === 'present'
  const table = { ...result, header, dialect: joins ? spec.dataset.csv : PLAIN }
  const { width, columns } = await headOf(storage, table, signal)
  const scoresOf = scoresOfColumns(spec, decision, width, columns)
  const labelled = { ...options, rows: manifest.rows.total }
  const labelsOf = await openLabels(storage, columns, labelled, manifest.jobId, signal)
  let start = 0
  for await (const rows of resultRows(storage, table, signal)) {
    const read = scoresOf(rows)
    const labels = await labelsOf?.(rows, start)
    collector.add({ ...read, failures: [] })
    if (labels !== undefined) measure?.add(read, labels)
    start += rows.length
  }
  if (errors === undefined) return
  for await (const rows of resultRows(
    storage,
    { ...errors, header: true, dialect: PLAIN },
    signal,
  )) {
    const failures = rows.map(([row, , , , code = '', message = '']) => ({
      row: Number(row),
      code,
      message: unguarded(message),
    }))
    collector.add({ scores: new Float64Array(0), failures })
  }
}

async function headOf(
  storage: Storage,
  { path, dialect, header }: { path: string; dialect: Dialect; header: boolean },
  signal: AbortSignal,
) {
  const [object] = await storage.pin(fileUri(path), signal)
  if (object === undefined) throw new CliError(`${path}: is not there`)
  const end = Math.min(headBytes, object.bytes)
  const bytes = await storage.read(object, { start: 0, end }, signal)
  return inspectHead(bytes, dialect, header ? 'present' : 'absent', end === object.bytes)
}

type LabelsOfRows = (
  rows: readonly (readonly string[])[],
  start: number,
) => Promise<readonly string[]>

/** A file with a label a row, or a column that was joined into the result. */
async function openLabels(
  storage: Storage,
  columns: readonly string[] | undefined,
  { labels, labelColumn, rows: rowsInAll }: ReportOptions & { readonly rows: number },
  jobId: string,
  signal: AbortSignal,
): Promise<LabelsOfRows | undefined> {
  if (labels === undefined) return undefined
  const file = labelFile(labels)
  if (file !== undefined) {
    const labelsOf = await labelsInFile(storage, file, labelColumn, rowsInAll, signal)
    return async (rows, start) => await labelsOf({ rows: { start, end: start + rows.length } })
  }
  const at = columns?.indexOf(labels) ?? -1
  if (at >= 0) refuseColumnOf(labels, labelColumn)
  if (at >= 0) return async (rows) => rows.map((row) => row[at] ?? '')
  throw new CliError(`${labels}: is neither a file nor a column of the result`, {
    hint: `its columns: ${columns?.slice(0, 20).join(', ') ?? 'it has no header'}; of the dataset’s, name the job: millrace report ${jobId} --labels ${JSON.stringify(labels)}`,
  })
}
