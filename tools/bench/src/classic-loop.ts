/*
 * `npm run bench -- classic-loop`: the loop that Millrace replaces against `millrace run`, side by side on
 * the same local endpoint; then `millrace run` against what the endpoint can give at most.
 *
 * The loop reads the file into memory, sends 100 rows, waits, parses, goes on, and writes at the end.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { InvokeEndpointCommand, SageMakerRuntimeClient } from '@aws-sdk/client-sagemaker-runtime'
import { startEndpointProcess } from './harness/endpoint-process.ts'

const root = join(import.meta.dirname, '../../..')
const flights = join(root, 'examples/flights')
const cli = fileURLToPath(import.meta.resolve('millrace/cli'))

export async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-bench-'))
  try {
    await againstTheLoop(folder)
    await againstTheEndpoint(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function againstTheLoop(folder: string): Promise<void> {
  const input = repeated(folder, 10)
  await using endpoint = await startEndpointProcess({ latencyMs: 20, concurrencyMax: 64 })
  const loop: number[] = []
  const run: number[] = []
  for (let round = 0; round < 3; round += 1) {
    loop.push(await secondsOf(() => classicLoop(input, endpoint.url, join(folder, 'loop.csv'))))
    run.push(
      await secondsOf(() =>
        millrace(input, endpoint.url, join(folder, 'run.csv'), ['--concurrency', '32']),
      ),
    )
  }
  const same = readFileSync(join(folder, 'loop.csv')).equals(readFileSync(join(folder, 'run.csv')))
  const [a, b] = [median(loop), median(run)]
  console.log(`120,000 rows, 20 ms latency, ${same ? 'same result' : 'DIFFERENT RESULTS'}`)
  if (!same) process.exitCode = 1
  console.log(
    `  classic loop ${a.toFixed(1)} s   millrace run ${b.toFixed(1)} s   ${(a / b).toFixed(1)} times faster`,
  )
}

async function againstTheEndpoint(folder: string): Promise<void> {
  const input = repeated(folder, 100)
  for (const { latencyMs, concurrencyMax } of [
    { latencyMs: 500, concurrencyMax: 16 },
    { latencyMs: 1_000, concurrencyMax: 32 },
  ]) {
    await using endpoint = await startEndpointProcess({ latencyMs, concurrencyMax })
    const best = (1_200_000 / 1_000 / concurrencyMax) * (latencyMs / 1_000)
    const out = join(folder, 'run.csv')
    const took = await secondsOf(() => millrace(input, endpoint.url, out, ['--concurrency', '64']))
    const share = ((100 * best) / took).toFixed(0)
    console.log(
      `1,200,000 rows, ${latencyMs} ms, at most ${concurrencyMax} at once: ` +
        `${took.toFixed(1)} s, the endpoint alone needs ${best.toFixed(1)} s (${share} % of its best)`,
    )
  }
}

async function classicLoop(input: string, url: string, out: string): Promise<void> {
  const client = new SageMakerRuntimeClient({
    endpoint: url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  })
  const rows = readFileSync(input, 'utf8').trimEnd().split('\n')
  const lines = ['Prediction,Binary Classification']
  for (let start = 0; start < rows.length; start += 100) {
    const { Body } = await client.send(
      new InvokeEndpointCommand({
        EndpointName: 'flights',
        ContentType: 'text/csv',
        Body: rows.slice(start, start + 100).join('\n'),
      }),
    )
    const answers = Body.transformToString('utf8').trimEnd().split('\n')
    for (const answer of answers) lines.push(`${answer},${Number(answer) > 0.5 ? 1 : 0}`)
  }
  writeFileSync(out, `${lines.join('\n')}\n`)
  client.destroy()
}

async function millrace(input: string, url: string, out: string, more: string[]): Promise<void> {
  const args = [
    'run',
    input,
    '--endpoint',
    'flights',
    '--endpoint-url',
    url,
    '--out',
    out,
    '--fresh',
  ]
  const { status, stderr } = spawnSync(process.execPath, [cli, ...args, ...more], {
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`millrace run: exit code ${status}\n${stderr}`)
}

function repeated(folder: string, times: number): string {
  const path = join(folder, `flights-${times}.csv`)
  const rows = readFileSync(join(flights, 'features.csv'))
  writeFileSync(path, Buffer.concat(Array.from({ length: times }, () => rows)))
  return path
}

async function secondsOf(work: () => Promise<void>): Promise<number> {
  const startedAt = performance.now()
  await work()
  return (performance.now() - startedAt) / 1_000
}

const median = (values: number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN
