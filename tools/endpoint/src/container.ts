import { type Accept, encodePredictions, type Layout } from './encode-predictions.ts'
import { distort, type FaultKind } from './faults.ts'
import { predict } from './predict.ts'
import { type Payload, readCsv, refused } from './read-csv.ts'
import { readLibsvm } from './read-libsvm.ts'
import type { XgboostModel } from './xgboost-model.ts'

export interface ContainerRequest {
  readonly payload: Buffer
  readonly contentType: string | undefined
  readonly accept: string | undefined
}

/** An answer of the container behind the endpoint, before SageMaker wraps what is not a success. */
export interface ContainerAnswer {
  readonly status: number
  readonly contentType: string
  readonly body: string
  /** How many rows were scored. */
  readonly rows: number
}

export interface ContainerOptions {
  readonly model: XgboostModel
  readonly layout: Layout
  readonly poisonRows: readonly string[] | ((row: string) => boolean)
  readonly poisonStatus?: number | undefined
}

/**
 * Answers as the built-in XGBoost container does, its order of checks included: payload, model, accept.
 * A fault of the answer's lines is worked in. Source: aws/sagemaker-xgboost-container at cb8df91,
 * algorithm_mode/serve.py `invocations`.
 */
export function answerOfContainer(
  request: ContainerRequest,
  { model, layout, poisonRows, poisonStatus }: ContainerOptions,
  fault?: { readonly kind: FaultKind; readonly request: number },
): ContainerAnswer {
  const { payload } = request
  if (payload.length === 0) return { status: 204, contentType: 'text/html', body: '', rows: 0 }
  const poison = poisonIn(payload, poisonRows)
  const read =
    poison === undefined
      ? readPayload(request, model.features)
      : refused('ValueError', `could not convert string to float: '${poison}'`)
  if (read.kind === 'refused') {
    const status = poison === undefined ? read.status : (poisonStatus ?? read.status)
    return failure(status, read.message)
  }
  const accept = acceptOf(request.accept)
  if (accept === undefined) return failure(406, unacceptable(request.accept))
  const scores = Array.from(predict(model, read.matrix))
  const sent = fault === undefined ? scores : distort(scores, fault.kind, fault.request)
  const body = encodePredictions(sent, layout, accept)
  if (body === undefined) return failure(500, `no encoder for ${accept}`)
  return { status: 200, contentType: mimetype(accept, layout), body, rows: read.rows }
}

function readPayload({ payload, contentType }: ContainerRequest, features: number): Payload {
  const type = contentType?.split(';')[0]!.trim().toLowerCase() ?? 'libsvm'
  if (type === 'text/csv' || type === 'csv') return readCsv(payload, features)
  if (/^(libsvm|text\/(x-)?libsvm)$/.test(type)) return readLibsvm(payload, features)
  const message =
    `${contentType} is not an accepted ContentType: csv, libsvm, parquet, recordio-protobuf, ` +
    'text/csv, text/libsvm, text/x-libsvm, application/x-parquet, application/x-recordio-protobuf.'
  return { kind: 'refused', status: 415, message }
}

/** The first of the texts that a row contains, or the first row that the function picks. */
function poisonIn(
  payload: Buffer,
  poisonRows: readonly string[] | ((row: string) => boolean),
): string | undefined {
  if (typeof poisonRows !== 'function') return poisonRows.find((text) => payload.includes(text))
  return payload
    .toString('utf8')
    .split('\n')
    .find((row) => row !== '' && poisonRows(row.replace(/\r$/, '')))
}

const ACCEPTS = ['application/json', 'application/jsonlines', 'text/csv'] as const

function acceptOf(header: string | undefined): Accept | undefined {
  const accept = header?.split(';')[0]!.trim().toLowerCase() ?? ''
  if (accept === '' || accept === '*/*') return 'text/csv'
  return ACCEPTS.find((known) => known === accept)
}

const unacceptable = (accept: string | undefined): string =>
  `Accept type ${accept} is not supported. Please use supported accept types: ` +
  `['application/json', 'application/jsonlines', 'application/x-recordio-protobuf', 'text/csv'].`

/** Flask adds the charset to text; the multi-model server of the `one_line` layouts does not. */
function mimetype(accept: Accept, layout: Layout): string {
  const flask = layout !== 'bracketed' && layout !== 'header_line'
  return accept === 'text/csv' && flask ? 'text/csv; charset=utf-8' : accept
}

const failure = (status: number, body: string): ContainerAnswer => ({
  status,
  contentType: 'text/html; charset=utf-8',
  body,
  rows: 0,
})
