import { dialectOf, type JobSpec, OTHER_DELIMITERS, printable } from '@millrace/job'
import { counted } from '../show/counted.ts'
import { size } from '../show/size.ts'
import { factsOf } from '../show/table.ts'
import type { PlanReport } from './survey-objects.ts'

/** A plan as a person reads it. */
export function planned(
  data: string,
  report: PlanReport,
  features: readonly number[],
  { dataset, batching }: JobSpec,
): string {
  const { rows, bytes, seconds, batches } = report
  const facts = factsOf([
    ['dataset', `${data === '-' ? 'standard input' : data} (${sizes(report, dataset)})`],
    ['format', formatOf(dataset, report)],
    ['columns', columnsOf(report)],
    ['features', featuresOf(report, features)],
    ['rows', rows],
    ['bytes a row', rows === 0 ? undefined : Number((bytes / rows).toFixed(1))],
    [
      'batches',
      `${count(batches)} of up to ${counted(batching.rows, 'row')}, the largest ${size(report.batchBytesMax)} (limit ${size(batching.payloadBytesMax)})`,
    ],
    ['odd rows', oddOf(report)],
    [
      'too large',
      report.tooLarge > 0
        ? `${counted(report.tooLarge, 'row')}, larger than one invocation takes${dataset.features === undefined ? '' : ' with all their columns'}`
        : undefined,
    ],
    ['time', timeOf(bytes, seconds)],
  ])
  const hints = [...emptyOf(report, dataset), ...encodingOf(report), ...advice(report, dataset)]
  return [facts, ...report.faults.map(faultLine), ...hints].join('\n')
}

const numbers = new Intl.NumberFormat('en-US', { maximumFractionDigits: 1 })
const count = (number: number): string => numbers.format(number)

/** The speed of a moment says nothing. */
function timeOf(bytes: number, seconds: number): string {
  const speed = seconds < 0.2 ? '' : `, ${size(bytes / seconds)}/s`
  return `${seconds.toFixed(2)} s${speed}`
}

/** An object that is blank has bytes, of which nothing is read as rows: alone they do not tell what is compressed. */
function sizes(
  { objects, bytes, bytesStored }: PlanReport,
  { compression }: JobSpec['dataset'],
): string {
  const many = objects > 1 ? `${count(objects)} objects, ` : ''
  const packed =
    bytesStored === undefined || compression === 'none' ? '' : `${size(bytesStored)} compressed, `
  return `${many}${packed}${size(bytes)}`
}

function formatOf(dataset: JobSpec['dataset'], { header }: PlanReport): string {
  if (dataset.format === 'jsonl') return 'JSON lines'
  const { delimiter, quote } = dialectOf(dataset)
  const found = dataset.csv.header === 'auto' ? ' (found)' : ''
  return `CSV, ${header ? 'with a header' : 'no header'}${found}, delimiter ${JSON.stringify(delimiter)}, quote ${quote}`
}

const NAMES_MAX = 12

function columnsOf({ width, columns }: PlanReport): string {
  return columns === undefined ? count(width) : `${count(width)}: ${listed(columns)}`
}

function featuresOf(
  { width, columns }: PlanReport,
  features: readonly number[],
): string | undefined {
  const isAll = features.length === width && features.every((column, index) => column === index)
  if (isAll) return undefined
  return `${count(features.length)}: ${listed(features.map((index) => columns?.[index] ?? String(index)))}`
}

function listed(names: readonly string[]): string {
  const more = names.length - NAMES_MAX
  const shown = names.slice(0, NAMES_MAX).join(', ')
  return more > 0 ? `${shown} and ${count(more)} more` : shown
}

function oddOf({ oddRows, checked }: PlanReport): string {
  return checked
    ? count(oddRows)
    : `${count(oddRows)} in the first megabyte of each object (--check looks at every row)`
}

function faultLine({ object, row, byte, problem }: PlanReport['faults'][number]): string {
  const place = [row === undefined ? '' : ` row ${row}`, byte === undefined ? '' : ` byte ${byte}`]
  return printable(`! ${object}${place.join('')}: ${problem}`)
}

/** A job of it succeeds: for Spark it is an empty partition. */
function emptyOf({ rows }: PlanReport, { csv }: JobSpec['dataset']): string[] {
  if (rows > 0) return []
  const otherwise = csv.header === 'auto' ? ': if that is a row, --header absent' : ''
  return [`? a header and no row below it${otherwise}`]
}

/** No row fails of it here, but many a model reads UTF-8 alone. */
function encodingOf({ otherEncoding }: PlanReport): string[] {
  if (otherEncoding === undefined) return []
  const { object, row, line, byte, value } = otherEncoding
  const place = `${row === undefined ? 'header' : `row ${row}`} (line ${line}, byte ${byte})`
  return [
    printable(
      `? ${object} ${place}: 0x${value.toString(16)} is no UTF-8: it is sent as it is, and`,
    ) + ' can be joined into CSV alone; iconv -f LATIN1 -t UTF-8 in.csv > out.csv converts it',
  ]
}

/** One column that is a comment, or holds another delimiter, is hardly ever meant. */
function advice({ width, columns }: PlanReport, { format, csv }: JobSpec['dataset']): string[] {
  if (format === 'jsonl' || width > 1) return []
  if (columns?.[0]?.startsWith('#') === true) {
    return [
      "? the first line begins with #, and a CSV has no comments: grep -v '^#' in.csv > out.csv",
    ]
  }
  const likely = [...OTHER_DELIMITERS, ','].find(
    (other) => other !== csv.delimiter && columns?.[0]?.includes(other),
  )
  return likely === undefined
    ? []
    : [
        `? one column, which holds ${JSON.stringify(likely)}: --delimiter '${likely === '\t' ? '\\t' : likely}'`,
      ]
}
