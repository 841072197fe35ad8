import type { IncomingMessage } from 'node:http'
import { BUCKET } from './fleet.ts'

export type Service = 'SQS' | 'DYNAMODB' | 'S3' | 'SAGEMAKER_RUNTIME' | 'EVENTBRIDGE' | 'SNS'
export type Request = Pick<IncomingMessage, 'headers' | 'url' | 'method'>

/**
 * What a request needs to be allowed, one line an action, by the names of a stack and not by those of a
 * test: `sqs:SendMessage queue batches`, `s3:ListBucket bucket datasets by prefix`.
 */
export function callsOf(
  service: Service,
  request: Request,
  body: Buffer,
  status: number,
): readonly string[] {
  const json = (): Record<string, string> => JSON.parse(body.toString('utf8'))
  const operation = String(request.headers['x-amz-target']).split('.')[1] ?? ''
  switch (service) {
    case 'SQS':
      return [queueCall(operation, json())]
    case 'DYNAMODB':
      return [tableCall(operation, json())]
    case 'SAGEMAKER_RUNTIME':
      return ['sagemaker:InvokeEndpoint endpoint']
    case 'EVENTBRIDGE':
      return [`events:${operation} bus events`]
    case 'SNS':
      return [`sns:${new URLSearchParams(body.toString()).get('Action')} topic events`]
    case 'S3':
      return objectCalls(request, status)
    default:
      return service satisfies never
  }
}

/** A batch of calls needs the permission of one (SQS developer guide, "API permissions"). */
function queueCall(operation: string, { QueueUrl = '' }: Record<string, string>): string {
  const queue = QueueUrl.split('/')
    .at(-1)
    ?.replace(/^millrace-/, '')
  return `sqs:${operation.replace(/Batch$/, '')} queue ${queue}`
}

function tableCall(operation: string, { TableName = '', IndexName }: Record<string, string>) {
  const table = TableName.replace(/^millrace-/, '')
  const what = IndexName === undefined ? `table ${table}` : `index ${table}/${IndexName}`
  return `dynamodb:${operation} ${what}`
}

/** S3 user guide, "Required permissions for Amazon S3 API operations". */
function objectCalls({ method = '', url = '' }: Request, status: number): string[] {
  const { pathname, searchParams: query } = new URL(url, 'http://s3')
  const [, bucket = '', ...path] = decodeURIComponent(pathname).split('/')
  if (bucket !== BUCKET) throw new Error(`a bucket of nobody: ${method} ${url}`)
  if (path.join('') === '') {
    return [`s3:ListBucket bucket ${placeOf(query.get('prefix') ?? '').bucket} by prefix`]
  }
  const place = placeOf(path.join('/'))
  const action = actionOf(method, query)
  // Who may read a manifest need not be allowed to read the result beside it.
  const isManifest = action === 'GetObject' && url.split('?')[0]?.endsWith('manifest.json')
  const which = isManifest === true ? '*manifest.json' : ''
  const call = `s3:${action} object ${place.bucket}/${place.prefix}${which}`
  // An absent object is "not found" only for who may list the bucket, else "access denied".
  const asked = status === 404 && (method === 'GET' || method === 'HEAD')
  return asked ? [call, `s3:ListBucket bucket ${place.bucket}`] : [call]
}

function actionOf(method: string, query: URLSearchParams): string {
  if (method === 'GET' || method === 'HEAD') {
    return query.has('versionId') ? 'GetObjectVersion' : 'GetObject'
  }
  if (method === 'DELETE') return query.has('uploadId') ? 'AbortMultipartUpload' : 'DeleteObject'
  if (method === 'PUT') return 'PutObject'
  if (method === 'POST' && (query.has('uploads') || query.has('uploadId'))) return 'PutObject'
  throw new Error(`no action is known for ${method} with ${query.toString()}`)
}

/** The tests' one bucket holds what lies in two in a stack. */
function placeOf(key: string): { bucket: string; prefix: string } {
  const [folder = ''] = key.split('/')
  if (folder === 'data') return { bucket: 'datasets', prefix: '' }
  if (folder === 'work' || folder === 'results') return { bucket: 'results', prefix: `${folder}/` }
  throw new Error(`a folder of nobody: ${key}`)
}
