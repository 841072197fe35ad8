import { once } from 'node:events'
import { connect } from 'node:net'
import { DescribeEndpointCommand, SageMakerClient } from '@aws-sdk/client-sagemaker'
import { createInvoke, decodePredictions, proxiesOf } from '@millrace/invocation'
import { check as parse, jobSpecSchema } from '@millrace/job'
import { isLoopback } from '../local/start-apps.ts'
import type { Account } from './account.ts'
import { type Check, failed, type Finding, findingOf, ok, skipped, warning } from './finding.ts'

/** The endpoint of a job, and how it is spoken to. */
export interface EndpointAsked {
  /** Of a spec, with the settings that it has there. */
  readonly endpoint: { readonly name?: string } | undefined
  /** Where it is reached, instead of AWS. */
  readonly url: string | undefined
  /** A row to invoke it with. */
  readonly probe: string | undefined
}

/** That it is there costs one call; that it answers costs an invocation, which must be asked for. */
export function endpointChecks(asked: EndpointAsked, account: Account): Check[] {
  const { probe } = asked
  return [
    { name: 'endpoint', look: (signal) => lookAtEndpoint(asked, account, signal) },
    ...(probe === undefined
      ? []
      : [
          {
            name: 'probe',
            look: (signal: AbortSignal) => invokeOnce({ ...asked, probe }, account, signal),
          },
        ]),
  ]
}

async function lookAtEndpoint(
  { endpoint, url }: EndpointAsked,
  { region, env }: Account,
  signal: AbortSignal,
): Promise<Finding> {
  if (url !== undefined) return await knockAt(url, env, signal)
  const name = endpoint?.name
  if (name === undefined) return skipped('none is named: --endpoint NAME, or a spec file with -f')
  if (region === undefined) return skipped('no region to ask in')
  const place = env['AWS_ENDPOINT_URL_SAGEMAKER'] ?? env['AWS_ENDPOINT_URL']
  const client = new SageMakerClient({
    region,
    maxAttempts: 1,
    requestHandler: {
      connectionTimeout: 3_000,
      requestTimeout: 10_000,
      throwOnRequestTimeout: true,
    },
    ...(place === undefined ? {} : { endpoint: place }),
  })
  try {
    const command = new DescribeEndpointCommand({ EndpointName: name })
    return judgeEndpoint(name, await client.send(command, { abortSignal: signal }))
  } catch (error) {
    if (isUnreached(error) && proxiesOf(env)?.https !== undefined) {
      return withoutProxy(`describe ${name}`, error as Error)
    }
    return judgeRefusal(name, region, error as Error)
  } finally {
    client.destroy()
  }
}

/** An endpoint that is not AWS's has nobody who describes it; that something listens is seen. */
async function knockAt(url: string, env: Account['env'], signal: AbortSignal): Promise<Finding> {
  const { hostname, port, protocol } = new URL(url)
  const socket = connect({
    host: hostname.replaceAll(/[[\]]/g, ''),
    port: Number(port) || (protocol === 'https:' ? 443 : 80),
  })
  try {
    await once(socket, 'connect', { signal })
    return ok(`something listens at ${url}`)
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    const proxy = proxiesOf(env)?.[protocol === 'https:' ? 'https' : 'http']
    if (proxy !== undefined && !isLoopback(url)) return withoutProxy(url, error as Error)
    return failed(`${url}: does not answer (${code ?? message})`, 'start it, or correct the URL')
  } finally {
    socket.destroy()
  }
}

/** A run may reach by its proxy what we do not reach without: only an invocation tells. */
function withoutProxy(what: string, { code, message }: NodeJS.ErrnoException): Finding {
  const found = `${what}: does not answer without the proxy (${code ?? message})`
  return warning(
    found,
    'a run takes the proxy: --probe ROW tells whether the endpoint answers then',
  )
}

/** No answer of a service, which would have said whose fault it was. */
const isUnreached = (error: unknown): boolean => !('$fault' in (error as object))

interface Described {
  readonly EndpointStatus?: string | undefined
  readonly FailureReason?: string | undefined
  readonly ProductionVariants?:
    | readonly {
        readonly VariantName?: string | undefined
        readonly CurrentInstanceCount?: number | undefined
      }[]
    | undefined
}

/** https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeEndpoint.html */
const SERVES = new Set(['Updating', 'SystemUpdating', 'RollingBack', 'UpdateRollbackFailed'])

function judgeEndpoint(name: string, described: Described): Finding {
  const { EndpointStatus: status = 'unknown', FailureReason, ProductionVariants } = described
  const variants = (ProductionVariants ?? []).map(
    ({ VariantName, CurrentInstanceCount }) =>
      `${VariantName ?? ''}${CurrentInstanceCount === undefined ? '' : ` × ${CurrentInstanceCount}`}`,
  )
  if (status === 'InService') return ok([`${name}: in service`, ...variants].join(', '))
  const found = `${name}: ${status}${FailureReason === undefined ? '' : ` (${FailureReason})`}`
  if (SERVES.has(status)) return warning(found, 'it serves, and its model may change in mid-job')
  return failed(found, status === 'Creating' ? 'wait until it is in service' : 'mend the endpoint')
}

function judgeRefusal(name: string, region: string, { name: code, message }: Error): Finding {
  if (/AccessDenied/.test(code)) {
    return warning(
      `${name}: may not be described`,
      'allow sagemaker:DescribeEndpoint, or invoke it once with --probe ROW',
    )
  }
  if (code === 'ValidationException' && /could not find/i.test(message)) {
    return failed(
      `${name}: there is no such endpoint in ${region}`,
      'aws sagemaker list-endpoints names those that there are',
    )
  }
  if (/Credentials/.test(code)) return skipped('no credentials to ask with')
  return failed(`describe ${name}: ${message || code}`, 'see what it says')
}

async function invokeOnce(
  { endpoint: wanted, url, probe }: EndpointAsked & { readonly probe: string },
  { region, env }: Account,
  signal: AbortSignal,
): Promise<Finding> {
  if (region === undefined) return skipped('no region to ask in')
  const { endpoint } = parse('doctor', jobSpecSchema, { ...ANY_SPEC, endpoint: wanted })
  const invoke = createInvoke({
    region,
    endpointUrl: url,
    proxies: proxiesOf(env),
    ...(url !== undefined && isLoopback(url) ? { credentials: MADE_UP } : {}),
  })
  try {
    const answer = await invoke({ endpoint, body: Buffer.from(`${probe}\n`) }, signal)
    const decoded = decodePredictions(answer, 1, endpoint.response)
    const tookMs = `${Math.round(answer.durationMs)} ms`
    if (decoded.kind !== 'malformed') {
      const by = answer.variant === undefined ? '' : ` by ${answer.variant}`
      return ok(`${decoded.predictions.toString().trim()}${by}, in ${tookMs}`)
    }
    return failed(
      `the answer to one row is not understood: ${decoded.reason}`,
      'set endpoint.response in the spec',
    )
  } catch (error) {
    return findingOf(error)
  } finally {
    await invoke.close()
  }
}

/** What a spec needs beside its endpoint to be read. */
const ANY_SPEC = {
  version: 1,
  dataset: { uri: 'file:///rows.csv' },
  output: { uri: 'file:///scores.csv' },
}

/** A local endpoint takes any. */
const MADE_UP = { accessKeyId: 'local', secretAccessKey: 'local' }
