import type { UpdateItemInput } from '@aws-sdk/client-dynamodb'
import { jobIdOf, type PlanTotals } from '@millrace/job'
import { describe, expect, test } from 'vitest'
import { settle } from './climb-progress.ts'
import { planValue } from '../job/job-item.ts'
import type { Ledger } from '../table/ledger.ts'
import { createProgressMarker } from './progress-marker.ts'

/*
 * Every order in which the calls of a few consumers and the producer can reach the table, tried one
 * by one, over the real code with sets of two instead of 128. Each call is parked; the schedule
 * says whose goes next, or who is killed (its call in flight carried out or not) and redelivered.
 * States already seen, by what is stored and what each process has been answered, are not tried
 * again.
 */

const FAN_OUT = 2
const jobId = jobIdOf('interleaving')

/** The table: progress sets and the plan, changed by one call at a time. */
class Table {
  readonly sets = new Map<string, Set<string>>()
  plan: PlanTotals | undefined

  answer(operation: string, { Key, ExpressionAttributeValues: values }: UpdateItemInput): object {
    if (operation === 'UpdateItem') {
      const set = this.#set(Key?.['SK']?.S)
      for (const element of values?.[':done']?.NS ?? []) set.add(element)
      return { Attributes: { done: { NS: [...set] } } }
    }
    if (operation === 'GetItem') {
      const key = Key?.['SK']?.S
      if (key !== 'META') return { Item: { done: { NS: [...this.#set(key)] } } }
      return { Item: this.plan === undefined ? {} : { plan: planValue(this.plan) } }
    }
    throw new Error('a call that this table does not know')
  }

  batchesDone(): number {
    let done = 0
    for (const [key, set] of this.sets) if (key.startsWith('0#')) done += set.size
    return done
  }

  toString(): string {
    const sets = [...this.sets].map(([key, set]) => `${key}=${[...set].sort().join()}`).sort()
    return `${sets.join(' ')} plan=${this.plan?.batches}`
  }

  #set(key = ''): Set<string> {
    const set = this.sets.get(key) ?? new Set()
    this.sets.set(key, set)
    return set
  }
}

interface Parked {
  readonly call: () => unknown
  readonly resolve: (answer: unknown) => void
}

/** One process: its calls wait until the schedule lets them reach the table. */
class Process {
  /** What it was answered so far, killed lives included. */
  history = ''
  readonly parked: Parked[] = []
  full: boolean | undefined
  failure: unknown
  readonly #table: Table
  readonly #work: (process: Process) => Promise<{ readonly full: boolean }>
  #life = 0

  constructor(table: Table, work: (process: Process) => Promise<{ readonly full: boolean }>) {
    this.#table = table
    this.#work = work
  }

  ledger(): Ledger {
    const life = this.#life
    const send = (operation: string, input: UpdateItemInput) => {
      // A killed life calls no more.
      if (life !== this.#life) return new Promise(() => {})
      return this.park(() => this.#table.answer(operation, input))
    }
    return { client: { send: send as never }, tableName: 'ledger' }
  }

  park(call: () => unknown): Promise<unknown> {
    const { promise, resolve } = Promise.withResolvers<unknown>()
    this.parked.push({ call, resolve })
    return promise
  }

  start(): void {
    void this.#live()
  }

  async #live(): Promise<void> {
    try {
      this.full = (await this.#work(this)).full
    } catch (error) {
      this.failure = error
    }
  }

  step(at: number): void {
    const [parked] = this.parked.splice(at, 1)
    const answer = parked?.call()
    this.history += `${at}:${JSON.stringify(answer)};`
    parked?.resolve(answer)
  }

  /** Dies with its calls carried out or not, and is started again: its messages are redelivered. */
  kill(carriedOut: boolean): void {
    for (const { call } of this.parked.splice(0)) if (carriedOut) call()
    this.#life += 1
    this.history = 'killed;'
    this.start()
  }
}

interface Scenario {
  readonly batches: number
  /** Marked before anything else, while the plan is growing. */
  readonly before: readonly number[]
  /** Marked at the same time: one list for each consumer. */
  readonly consumers: readonly (readonly number[])[]
  readonly kills: number
}

/** A choice: call `at` of process `index` goes through, or the process is killed. */
interface Choice {
  readonly index: number
  readonly at: number
  readonly kind: 'step' | 'kill_before' | 'kill_after'
}

async function tried(scenario: Scenario): Promise<{ schedules: number; states: number }> {
  const seen = new Set<string>()
  const open: Choice[][] = [[]]
  let schedules = 0
  for (let schedule = open.pop(); schedule !== undefined; schedule = open.pop()) {
    const { choices, state } = await replay(scenario, schedule)
    if (choices.length === 0) schedules += 1
    if (seen.has(state)) continue
    seen.add(state)
    for (const choice of choices) open.push([...schedule, choice])
  }
  return { schedules, states: seen.size }
}

async function replay(
  scenario: Scenario,
  schedule: readonly Choice[],
): Promise<{ choices: Choice[]; state: string }> {
  const table = new Table()
  const processes = await processesOf(scenario, table)
  for (const process of processes) process.start()
  await settled()
  for (const { index, at, kind } of schedule) {
    const process = processes[index]
    if (kind === 'step') process?.step(at)
    else process?.kill(kind === 'kill_after')
    await settled()
    checkNotEarly(scenario, table, processes, schedule)
  }
  const killed = schedule.filter(({ kind }) => kind !== 'step').length
  const choices = choicesOf(processes, scenario.kills - killed)
  if (choices.length === 0) checkNotMissed(processes, schedule)
  const state = `${String(table)} | ${processes.map((process) => `${process.history}${process.full}`).join(' | ')} | ${killed}`
  return { choices, state }
}

async function processesOf(scenario: Scenario, table: Table): Promise<Process[]> {
  const totals = { batches: scenario.batches, rows: scenario.batches }
  // One a replay: calls that are parked for ever would pile up their listeners on a shared one.
  const { signal } = new AbortController()
  const send = async (operation: string, input: UpdateItemInput) => table.answer(operation, input)
  const direct = { client: { send: send as never } }
  const marker = createProgressMarker({ ...direct, tableName: 'ledger' }, FAN_OUT)
  for (const batch of scenario.before) await marker.mark({ jobId }, batch, 0, signal)

  const consumers = scenario.consumers.map(
    (batches) =>
      new Process(table, async (process) => {
        const own = createProgressMarker(process.ledger(), FAN_OUT)
        const marks = await Promise.all(
          batches.map((batch) => own.mark({ jobId }, batch, 0, signal)),
        )
        return { full: marks.some(({ full }) => full) }
      }),
  )
  const producer = new Process(table, async (process) => {
    await process.park(() => {
      table.plan = totals
    })
    return await settle(process.ledger(), { jobId }, totals, FAN_OUT, signal)
  })
  return [...consumers, producer]
}

function choicesOf(processes: readonly Process[], kills: number): Choice[] {
  return processes.flatMap((process, index): Choice[] => {
    const steps = process.parked.map((_, at): Choice => ({ index, at, kind: 'step' }))
    if (kills <= 0 || steps.length === 0) return steps
    const killed = (['kill_before', 'kill_after'] as const).map((kind) => ({ index, at: 0, kind }))
    return [...steps, ...killed]
  })
}

/** `full` before every batch is marked would start an aggregation that cannot balance. */
function checkNotEarly(
  { batches }: Scenario,
  table: Table,
  processes: readonly Process[],
  schedule: readonly Choice[],
): void {
  const failed = processes.find(({ failure }) => failure !== undefined)
  if (failed !== undefined) throw failed.failure
  if (!processes.some(({ full }) => full === true)) return
  if (table.plan !== undefined && table.batchesDone() === batches) return
  throw new Error(`told too early after ${JSON.stringify(schedule)} in ${String(table)}`)
}

function checkNotMissed(processes: readonly Process[], schedule: readonly Choice[]): void {
  if (processes.some(({ full }) => full === true)) return
  throw new Error(`the completion was missed after ${JSON.stringify(schedule)}`)
}

/** Lets every process go on until its next call is parked. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

const range = (end: number): number[] => Array.from({ length: end }, (_, index) => index)

/** Each way to have all batches but a few marked, and the few in flight, at most `inFlight`. */
function scenariosOf(batches: number, inFlight: number, kills: number): Scenario[] {
  return range(2 ** batches)
    .map((bits) => range(batches).filter((batch) => (bits & (1 << batch)) !== 0))
    .filter((marked) => marked.length <= inFlight)
    .map((marked) => ({
      batches,
      before: range(batches).filter((batch) => !marked.includes(batch)),
      consumers: marked.map((batch) => [batch]),
      kills,
    }))
}

describe('in every order of calls, a completion is told, and never early', () => {
  test.for([
    { batches: 1, inFlight: 1, kills: 2 },
    { batches: 2, inFlight: 2, kills: 1 },
    { batches: 3, inFlight: 3, kills: 0 },
    { batches: 3, inFlight: 2, kills: 1 },
    { batches: 4, inFlight: 2, kills: 1 },
    { batches: 5, inFlight: 2, kills: 0 },
    { batches: 8, inFlight: 1, kills: 1 },
    { batches: 9, inFlight: 1, kills: 1 },
  ])('$batches batches, $inFlight at once, $kills kills', async (row) => {
    let schedules = 0
    for (const scenario of scenariosOf(row.batches, row.inFlight, row.kills)) {
      schedules += (await tried(scenario)).schedules
    }
    expect(schedules).toBeGreaterThan(1)
  })

  test.for([
    { consumers: [[0, 1, 2]], kills: 1 },
    { consumers: [[0, 1], [2]], kills: 0 },
  ])('marks of one consumer that share a write: $consumers', async ({ consumers, kills }) => {
    const { states } = await tried({ batches: 3, before: [], consumers, kills })

    expect(states).toBeGreaterThan(100)
  })
})
