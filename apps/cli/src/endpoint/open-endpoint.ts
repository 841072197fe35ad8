import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { createInvoke, type Invoke, proxiesOf } from '@millrace/invocation'
import { CliError } from '../cli-error.ts'
import { checkCredentials } from '../local/credentials.ts'
import { regionOf } from '../system/region.ts'
import { endpointPlace, type EndpointTyped } from '../local/endpoint-place.ts'
import { type EndpointPlace, entryOf, isLoopback, LOCAL_ENDPOINT } from '../local/start-apps.ts'
import type { World } from '../world.ts'

/** An endpoint, as typed. */
export interface EndpointChosen extends EndpointTyped {
  readonly region?: string
}

/** An endpoint that this process itself invokes. */
export interface OpenEndpoint extends AsyncDisposable {
  readonly invoke: Invoke
  readonly region: string
}

/**
 * Opens the endpoint that was typed: AWS's, one at a URL, or a model that is served on this machine
 * until it is disposed.
 *
 * @throws {CliError} when there are no credentials for it, or the model cannot be served.
 */
export async function openEndpoint(
  chosen: EndpointChosen,
  { env, stop }: Pick<World, 'env' | 'stop'>,
): Promise<OpenEndpoint> {
  const region = await regionOf(chosen)
  const place = endpointPlace(chosen)
  await checkCredentials(place, region, stop)
  await using opened = new AsyncDisposableStack()
  const url = place.kind === 'model' ? opened.use(await serveModel(place)).url : chosen.endpointUrl
  const invoke = createInvoke({
    region,
    endpointUrl: url ?? env['AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME'],
    proxies: proxiesOf(env),
    // An endpoint on this machine takes any keys.
    ...(url !== undefined && isLoopback(url) ? { credentials: LOCAL_KEYS } : {}),
  })
  opened.defer(() => invoke.close())
  const held = opened.move()
  return { invoke, region, [Symbol.asyncDispose]: () => held.disposeAsync() }
}

const LOCAL_KEYS = { accessKeyId: 'local', secretAccessKey: 'local' }

/** In a process of its own, so that its work is not on our core. */
async function serveModel({
  file,
  latencyMs,
}: EndpointPlace & { readonly kind: 'model' }): Promise<
  AsyncDisposable & { readonly url: string }
> {
  const args = ['--model', file, '--name', LOCAL_ENDPOINT, '--latency', String(latencyMs)]
  const child = spawn(process.execPath, [entryOf('endpoint'), ...args], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  const ended = once(child, 'exit')
  const errors: string[] = []
  child.stderr?.setEncoding('utf8').on('data', (text: string) => errors.push(text))
  if (child.stdout === null) throw new CliError(`${file}: cannot be served`)
  const ready = once(createInterface(child.stdout), 'line') as Promise<[string]>
  const line = await Promise.race([ready.then(([text]) => text), ended.then(() => undefined)])
  if (line === undefined) {
    throw new CliError(`${file}: cannot be served: ${errors.join('').trim() || 'it ended'}`)
  }
  return {
    url: line.slice(line.indexOf('=') + 1),
    async [Symbol.asyncDispose]() {
      // It ends when its parent is gone, and the channel to us would hold it otherwise.
      child.disconnect()
      await ended
    },
  }
}
