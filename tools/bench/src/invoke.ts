import { spawn } from 'node:child_process'
import { createHash, createHmac } from 'node:crypto'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { createInterface } from 'node:readline'
import {
  createInvoke,
  createLimiter,
  decodePredictions,
  type Invoke,
  type ScoreBatchInput,
  scoreBatch,
} from '@millrace/invocation'

/*
 * CPU of this process for one invocation of 100 rows in 24 KB, all ways in turn in one run: AWS's
 * client, ours, a whole batch of ours (limiter and decoding included), and a raw socket with nothing
 * but a signature. The server is a process of its own.
 */

/** Ours divided by AWS's client, and by the raw socket; medians of the rounds. */
const SHARE_OF_SDK_MAX = 1 / 8
const SHARE_OF_SOCKET_MAX = 1.3
const DECODE_NS_MAX = 20
const ROUNDS = 5
const ROUND_MS = 700
const AT_ONCE = 16
const ROWS = 100

const signal = new AbortController().signal
const credentials = { accessKeyId: 'AKIDBENCH', secretAccessKey: 'bench' }
const endpoint = { name: 'bench', contentType: 'text/csv', accept: 'text/csv', response: 'auto' }
const row = `${Array.from({ length: 30 }, (_, column) => (column * 1.37).toFixed(5)).join(',')}\n`
const body = Buffer.from(row.repeat(ROWS))

/** Prints µs of CPU an invocation; sets the exit code when a bar is missed. */
export async function main(): Promise<void> {
  const server = spawn(process.execPath, [new URL('invoke-server.ts', import.meta.url).pathname], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [port] = (await once(createInterface(server.stdout), 'line')) as [string]
  try {
    await compare(Number(port))
  } finally {
    server.kill()
  }
  judge('decode, ns a value', decodeNs(), DECODE_NS_MAX)
}

async function compare(port: number): Promise<void> {
  const options = { region: 'us-east-1', endpointUrl: `http://127.0.0.1:${port}`, credentials }
  const ours = createInvoke({ ...options, connectionsMax: AT_ONCE })
  const sdk = createInvoke({ ...options, connectionsMax: AT_ONCE, transport: 'sdk' })
  const socket = openSockets(port)
  const ways: Readonly<Record<string, () => Promise<unknown>>> = {
    sdk: () => sdk({ endpoint, body }, signal),
    ours: () => ours({ endpoint, body }, signal),
    batch: batchBy(ours),
    socket: socket.invoke,
  }
  const micros = await measure(ways)
  await Promise.all([ours.close(), sdk.close()])
  socket.close()
  for (const [name, value] of Object.entries(micros))
    console.log(`  ${name}: ${value.toFixed(1)} µs`)
  const of = (name: string) => micros[name] ?? Number.NaN
  judge('ours over AWS’s client', of('ours') / of('sdk'), SHARE_OF_SDK_MAX)
  judge('ours over the raw socket', of('ours') / of('socket'), SHARE_OF_SOCKET_MAX)
}

function batchBy(invoke: Invoke): () => Promise<unknown> {
  const deps = {
    invoke,
    limiter: createLimiter({ concurrencyMax: AT_ONCE, concurrencyStart: AT_ONCE, now: Date.now }),
    sleep: waitForAbort,
    random: Math.random,
    now: () => performance.now(),
  }
  const offsets = Uint32Array.from({ length: ROWS + 1 }, (_, index) => index * row.length)
  const input: ScoreBatchInput = {
    endpoint,
    body,
    rows: ROWS,
    rowOffsets: () => offsets,
    firstRow: 0,
    payloadBytesMax: 5 * 1024 * 1024,
  }
  return () => scoreBatch(deps, input, signal)
}

/** No wait ends in a benchmark without faults but by its abort. */
async function waitForAbort(_: number, ended: AbortSignal): Promise<void> {
  const { promise, reject } = Promise.withResolvers<void>()
  ended.addEventListener('abort', () => reject(new Error('ended')), { once: true })
  await promise
}

/** Rounds of all ways in turn; the median of each. */
async function measure(ways: Readonly<Record<string, () => Promise<unknown>>>) {
  const rounds: Record<string, number[]> = {}
  for (const way of Object.values(ways)) await round(way)
  for (let count = 0; count < ROUNDS; count++) {
    for (const [name, way] of Object.entries(ways)) (rounds[name] ??= []).push(await round(way))
  }
  return Object.fromEntries(Object.entries(rounds).map(([name, all]) => [name, median(all)]))
}

/** µs of CPU an invocation. */
async function round(way: () => Promise<unknown>): Promise<number> {
  const cpu = process.cpuUsage()
  const until = performance.now() + ROUND_MS
  let count = 0
  const lane = async () => {
    for (; performance.now() < until; count++) await way()
  }
  await Promise.all(Array.from({ length: AT_ONCE }, lane))
  const { user, system } = process.cpuUsage(cpu)
  return (user + system) / count
}

/** Sockets that write a signed request and wait for the bytes of the answer: the floor. */
function openSockets(port: number) {
  const free: Socket[] = Array.from({ length: AT_ONCE }, () => connect(port, '127.0.0.1'))
  for (const socket of free) socket.setNoDelay(true)
  const invoke = async () => {
    const socket = free.pop()
    if (socket === undefined) throw new RangeError('no socket is free')
    const { promise, resolve } = Promise.withResolvers<void>()
    socket.once('data', () => resolve())
    socket.cork()
    socket.write(signedHead(port), 'latin1')
    socket.write(body)
    socket.uncork()
    await promise
    free.push(socket)
  }
  return { invoke, close: () => free.forEach((socket) => socket.destroy()) }
}

const key = createHmac('sha256', 'bench').update('day').digest()

/** As many hashes and bytes as a signature has; nobody checks it here. */
function signedHead(port: number): string {
  const bodyHash = createHash('sha256').update(body).digest('hex')
  const date = new Date().toISOString()
  const headers = `accept:text/csv\ncontent-type:text/csv\nhost:127.0.0.1:${port}\nx-amz-content-sha256:${bodyHash}\nx-amz-date:${date}\n`
  const canonical = createHash('sha256').update(`POST\n/\n\n${headers}\n${bodyHash}`).digest('hex')
  const signature = createHmac('sha256', key).update(canonical).digest('hex')
  return `POST /endpoints/bench/invocations HTTP/1.1\r\n${headers.replaceAll('\n', '\r\n')}authorization:AWS4-HMAC-SHA256 Credential=AKIDBENCH/20261125/us-east-1/sagemaker/aws4_request, Signature=${signature}\r\ncontent-length: ${body.length}\r\n\r\n`
}

function decodeNs(): number {
  const values = 1_000
  const text = Array.from({ length: values }, (_, index) => `${Math.fround((index + 1) / 1_001)}\n`)
  const answer = { body: Buffer.from(text.join('')), contentType: 'text/csv; charset=utf-8' }
  const times = Array.from({ length: 200 }, () => {
    const startedAt = performance.now()
    for (let count = 0; count < 10; count++) decodePredictions(answer, values, 'auto')
    return ((performance.now() - startedAt) * 1e6) / (10 * values)
  })
  return median(times.slice(100))
}

function judge(what: string, value: number, max: number): void {
  console.log(`${what}: ${value.toFixed(3)} (bar ${max.toFixed(3)})`)
  if (value <= max) return
  console.error(`${what}: above the bar`)
  process.exitCode = 1
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN
