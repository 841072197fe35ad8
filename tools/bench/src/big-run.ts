/*
 * `npm run bench -- big-run [TIMES]`: the flights example, 250 or that many times 12,000 rows, through
 * `millrace run` on this machine, with the memory of each process sampled every half second. Flat
 * means that the last third of the run needs no more than the one before it.
 *
 * It is the anonymous memory (Linux, `RssAnon`): LevelDB maps its tables into the memory of whoever
 * holds the ledger, which the kernel takes back when it needs it.
 */
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createReadStream, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const flights = join(import.meta.dirname, '../../../examples/flights')
const cli = fileURLToPath(import.meta.resolve('millrace/cli'))
const REPEATED = Number(process.argv[3] ?? 250)

export async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-bench-'))
  try {
    const input = join(folder, 'rows.csv')
    const rows = readFileSync(join(flights, 'features.csv'))
    writeFileSync(input, Buffer.concat(Array.from({ length: REPEATED }, () => rows)))
    const out = join(folder, 'out.csv')
    const memory = new Map<string, number[]>()
    const startedAt = performance.now()
    await run(['run', input, '--local-model', join(flights, 'model.json'), '--out', out], memory)
    const seconds = (performance.now() - startedAt) / 1_000
    const equal = await equalsAnswerKey(out)
    const count = REPEATED * 12_000
    console.log(`${count} rows in ${seconds.toFixed(1)} s, ${Math.round(count / seconds)} rows/s`)
    console.log(equal ? 'every row equals the answer key' : 'THE RESULT DIFFERS')
    if (!equal) process.exitCode = 1
    for (const [name, samples] of memory) console.log(describe(name, samples))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function run(args: string[], memory: Map<string, number[]>): Promise<void> {
  const child = spawn(cli, args, { stdio: ['ignore', 'inherit', 'inherit'] })
  const sampling = setInterval(() => sample(child.pid ?? 0, memory), 500)
  const [code] = await once(child, 'exit')
  clearInterval(sampling)
  if (code !== 0) throw new Error(`millrace run: exit code ${code}`)
}

function sample(pid: number, memory: Map<string, number[]>): void {
  const format = ['-o', 'pid=,args=']
  const own = ps([...format, '-p', String(pid)])
  const children = ps([...format, '--ppid', String(pid)]).filter((line) => line.includes('main.ts'))
  for (const line of [...own, ...children]) {
    const [, id = '', path] = /^\s*(\d+)\s.*?([a-z]+)\/src\/main\.ts/.exec(line) ?? []
    const mebibytes = anonymousMebibytes(id)
    if (path === undefined || mebibytes === undefined) continue
    const name = `${path} (${id})`
    memory.set(name, [...(memory.get(name) ?? []), mebibytes])
  }
}

/** Nothing for a process that has ended meanwhile. */
function anonymousMebibytes(pid: string): number | undefined {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8')
    return Math.round(Number(/^RssAnon:\s*(\d+) kB/m.exec(status)?.[1]) / 1024)
  } catch {
    return undefined
  }
}

function ps(args: string[]): string[] {
  try {
    return execFileSync('ps', args, { encoding: 'utf8' }).trimEnd().split('\n')
  } catch {
    return []
  }
}

function describe(name: string, samples: number[]): string {
  const third = Math.ceil(samples.length / 3)
  const peaks = [0, 1, 2].map((part) =>
    Math.max(0, ...samples.slice(part * third, (part + 1) * third)),
  )
  return `${name.padEnd(22)} peak ${Math.max(...samples)} MiB; by thirds of the run ${peaks.join(', ')}`
}

async function equalsAnswerKey(out: string): Promise<boolean> {
  const answers = readFileSync(join(flights, 'expected.txt'), 'utf8').trimEnd().split('\n')
  let row = -1
  let wrong = 0
  for await (const line of createInterface(createReadStream(out))) {
    const [prediction] = line.split(',')
    if (row >= 0 && prediction !== answers[row % answers.length]) wrong += 1
    row += 1
  }
  return wrong === 0 && row === REPEATED * answers.length
}
