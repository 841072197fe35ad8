import type { ChildProcess } from 'node:child_process'
import { closeSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createHistory, type LogLine, type Verdict } from '@millrace/check-log'
import { isFinal, jobIdOf } from '@millrace/job'
import { readJob } from '@millrace/ledger'
import { redriveDeadLetters } from '@millrace/queue'
import { createRandom, type Random } from '@millrace/testing'
import { expect, test } from 'vitest'
import { type FaultyProxy, startFaultyProxy } from './support/faulty-proxy.ts'
import { BUCKET, type Fleet, startFleet } from './support/fleet.ts'
import { expectedResult, flights } from './support/flights.ts'
import { objectsOf } from './support/objects.ts'

/** The nightly script asks for ten minutes; here is a taste. */
const SECONDS = Number(process.env['MILLRACE_CHAOS_SECONDS'] ?? 4)
/** After the faults, for every job to end. */
const SETTLE_MS = 300_000
const SEED = Number(process.env['MILLRACE_CHAOS_SEED'] ?? Date.now() % 100_000)
const ROWS = 3_000
const BATCH_ROWS = 20
/** More jobs at once would only wait for one another, longer than the test does. */
const OPEN_MAX = 4
const never = new AbortController().signal
const APPS = ['producer', 'consumer', 'consumer', 'aggregator'] as const
type App = (typeof APPS)[number]

interface Member {
  readonly app: App
  child: ChildProcess
}

test('under kills, stops, resets and cuts, every row comes out once', {
  timeout: SECONDS * 1_000 + 400_000,
}, async () => {
  const random = createRandom(SEED)
  const log = join(tmpdir(), `millrace-chaos-${process.pid}.log`)
  const logFd = openSync(log, 'a')
  // Whatever fails below, this says how to see it again, and where it is written what the apps did.
  console.info(`chaos: MILLRACE_CHAOS_SEED=${SEED}, logs in ${log} until all of it has held`)
  await using fleet = await startFleet({
    logFd,
    endpoint: { faults: { throttle: 0.02, reset: 0.01, cut_body: 0.01 }, latencyMs: 5 },
  })
  await using ways = await startWays(fleet, random)
  const objects = objectsOf(fleet)
  await objects.put('data/flights.csv', `${flights.rows.slice(0, ROWS).join('\n')}\n`)

  for (const proxy of ways.all) worsen(proxy, random)
  const members = APPS.map((app): Member => ({ app, child: ways.start(app) }))
  const counts: Record<string, number> = {}
  const tokens: string[] = []
  let unfinished: string[] = []
  let redriven = 0
  const endsAt = Date.now() + SECONDS * 1_000
  while (Date.now() < endsAt) {
    unfinished = await openAmong(fleet, unfinished)
    if (unfinished.length < OPEN_MAX && (tokens.length === 0 || random.chance(0.3))) {
      const token = await submit(fleet, tokens.length)
      tokens.push(token)
      unfinished.push(token)
    }
    if (random.chance(0.02)) redriven += await redriveJobs(fleet)
    strike(members, ways, random, counts)
    await sleep(200 + random.next() * 800)
  }
  ways.heal()
  for (const member of members) revive(member, ways)
  // Nobody dies any more, so that of each that has not ended yet a line will tell the end.
  const toBeTold = await openAmong(fleet, unfinished)
  // The last delivery that a producer died over shows itself when it is seen again.
  const settledBy = Date.now() + SETTLE_MS
  while ((await openAmong(fleet, unfinished)).length > 0 && Date.now() < settledBy) {
    redriven += await redriveJobs(fleet)
    await sleep(2_000)
  }

  for (const token of tokens) {
    const job = await fleet.ended(token, 10_000)
    expect({ token, ...job }).toMatchObject({ token, state: 'succeeded', plan: { rows: ROWS } })
    const result = await objects.get(`results/${token}.csv`)
    const isWhole = result === expectedResult(flights.answers.slice(0, ROWS))
    expect({ token, isWhole }).toEqual({ token, isWhole: true })
  }
  closeSync(logFd)
  const verdicts = verdictsOf(log)
  const violations = verdicts.flatMap((verdict) =>
    verdict.violations.map((what) => `${verdict.jobId}: ${what}`),
  )
  expect(violations).toEqual([])
  expectToTell(verdicts, tokens, toBeTold)
  const duplicates = verdicts.reduce((sum, verdict) => sum + verdict.duplicates, 0)
  const faults = Object.entries({ ...counts, ...ways.struck() }).map(([kind, n]) => `${kind} ${n}`)
  console.info(
    `chaos ${SECONDS} s, seed ${SEED}: ${tokens.length} jobs, ${(tokens.length * ROWS) / BATCH_ROWS} batches, ` +
      `${tokens.length * ROWS} rows in and out, ` +
      `${duplicates} duplicates suppressed, ${redriven} requests redriven; ${faults.join(', ')}`,
  )
  rmSync(log)
})

/**
 * Logs that say nothing contradict nothing. Who dies just after it has done something leaves no line of it: an end may be
 * untold then, and a batch that was recorded; most are not.
 */
function expectToTell(
  verdicts: readonly Verdict[],
  tokens: readonly string[],
  toBeTold: readonly string[],
): void {
  const stateOf = (token: string): string | undefined =>
    verdicts.find(({ jobId }) => jobId === jobIdOf(token))?.state
  const mayBe = (token: string): readonly (string | undefined)[] =>
    toBeTold.includes(token) ? ['succeeded'] : ['succeeded', 'open']
  expect(tokens.filter((token) => !mayBe(token).includes(stateOf(token)))).toEqual([])
  const recorded = verdicts.reduce((sum, verdict) => sum + verdict.recorded, 0)
  expect(recorded).toBeGreaterThan((tokens.length * ROWS) / BATCH_ROWS / 2)
}

/** What an operator does with requests over which producers have died as often as a queue allows. */
async function redriveJobs(fleet: Fleet): Promise<number> {
  const all = { max: 100, matches: () => true, perSecond: 100 }
  const dead = fleet.deadLetters('jobs')
  return (await redriveDeadLetters(dead, fleet.queues.jobs, all, never)).removed
}

/** Those of the jobs that have not ended. */
async function openAmong(fleet: Fleet, tokens: readonly string[]): Promise<string[]> {
  const states = await Promise.all(
    tokens.map(async (token) => await readJob(fleet.ledger, jobIdOf(token), never)),
  )
  return tokens.filter((_, index) => !isFinal(states[index]?.state ?? 'planning'))
}

async function submit(fleet: Fleet, index: number): Promise<string> {
  const token = `chaos-${index}`
  await fleet.submit(token, {
    version: 1,
    dataset: { uri: `s3://${BUCKET}/data/flights.csv` },
    endpoint: { name: 'flights' },
    batching: { rows: BATCH_ROWS },
    output: { uri: `s3://${BUCKET}/results/${token}.csv` },
  })
  return token
}

interface Ways extends AsyncDisposable {
  start(app: App): ChildProcess
  readonly all: readonly FaultyProxy[]
  heal(): void
  struck(): Record<string, number>
}

/** Every app reaches the queue, the table, the objects and the endpoint through a proxy each. */
async function startWays(fleet: Fleet, random: Random): Promise<Ways> {
  const names = ['SQS', 'DYNAMODB', 'S3', 'SAGEMAKER_RUNTIME'].map(
    (name) => `AWS_ENDPOINT_URL_${name}`,
  )
  const targets = { ...fleet.cloud.env, AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME: fleet.endpoint.url }
  const all = await Promise.all(
    names.map((name) => startFaultyProxy((targets as Record<string, string>)[name] ?? '', random)),
  )
  const env = Object.fromEntries(names.map((name, index) => [name, all[index]?.url ?? '']))
  return {
    all,
    // Jobs that stand still are asked for again after the shortest time there is.
    start: (app) => fleet.start(app, { ...env, MILLRACE_STALLED_SECONDS: '20' }),
    heal() {
      for (const { faults } of all)
        Object.assign(faults, { latencyMs: 0, reset: 0, cut: 0, deaf: 0 })
      for (const proxy of all) proxy.resetAll()
    },
    struck() {
      const kinds = ['reset', 'cut', 'deaf'] as const
      return Object.fromEntries(
        kinds.map((kind) => [kind, all.reduce((sum, { struck }) => sum + struck[kind], 0)]),
      )
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(all.map((proxy) => proxy[Symbol.asyncDispose]()))
    },
  }
}

/** One fault: a process dies, stops, wakes up or comes back; or a way gets better or worse. */
function strike(
  members: readonly Member[],
  ways: Ways,
  random: Random,
  counts: Record<string, number>,
): void {
  const member = random.pick(members)
  const kind = random.pick(['SIGKILL', 'SIGSTOP', 'SIGCONT', 'revive', 'way', 'way', 'resetAll'])
  counts[kind] = (counts[kind] ?? 0) + 1
  switch (kind) {
    case 'revive':
      return members.forEach((one) => revive(one, ways))
    case 'way':
      return worsen(random.pick(ways.all), random)
    case 'resetAll':
      return random.pick(ways.all).resetAll()
    default:
      member.child.kill(kind as NodeJS.Signals)
  }
}

function worsen({ faults }: FaultyProxy, random: Random): void {
  Object.assign(faults, {
    latencyMs: random.pick([0, 5, 200]),
    reset: random.pick([0.002, 0.01, 0.05]),
    cut: random.pick([0, 0.005, 0.01]),
    deaf: random.pick([0, 0.002]),
  })
}

function revive(member: Member, ways: Ways): void {
  member.child.kill('SIGCONT')
  const { exitCode, signalCode } = member.child
  if (exitCode !== null || signalCode !== null) member.child = ways.start(member.app)
}

function verdictsOf(log: string) {
  const history = createHistory()
  // A killed process may leave half a line behind.
  for (const text of readFileSync(log, 'utf8').split('\n')) {
    const line = parsed(text)
    if (line !== undefined) history.add(line)
  }
  return history.verdicts()
}

function parsed(text: string): LogLine | undefined {
  try {
    return JSON.parse(text) as LogLine
  } catch {
    return undefined
  }
}
