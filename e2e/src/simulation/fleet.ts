import { setTimeout as sleep } from 'node:timers/promises'
import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3'
import { createAggregator } from '@millrace/aggregator/aggregate'
import { configSchema as aggregatorConfig } from '@millrace/aggregator/config'
import { configSchema as consumerConfig } from '@millrace/consumer/config'
import { createConsumer } from '@millrace/consumer/consume'
import { createHandler } from '@millrace/consumer/handler'
import { limits } from '@millrace/job'
import { configSchema as producerConfig } from '@millrace/producer/config'
import { createProducer } from '@millrace/producer/produce'
import { createS3Backend, createStorage } from '@millrace/storage'
import {
  createLink,
  type Link,
  type Machine,
  queueClient,
  type Random,
  storeClient,
  tableClient,
  type VirtualTime,
} from '@millrace/testing'
import { BUCKET, queueUrl, type SimulatedCloud, TABLE } from './cloud.ts'
import type { EndpointModel } from './endpoint.ts'
import type { Listener } from './listener.ts'
import type { Notes } from './notes.ts'
import type { Scenario, Service } from './scenario.ts'

export type App = 'producer' | 'consumer' | 'aggregator'

/** The machines of one run: each is the real app over the models. */
export interface Fleet {
  /** @param skewMs of its clock, where it is to have a certain one. */
  start(app: App, skewMs?: number): void
  /** SIGTERM, and SIGKILL when the time for stopping is over; another takes its place. */
  deploy(member: Member): void
  /** The same, and none takes its place. */
  retire(member: Member): void
  crash(machine: Machine): void
  members(): readonly Member[]
  /** Starts what is missing, and wakes what is frozen. */
  heal(): void
  /** Ends every machine that there was: Node keeps what still waits for a signal in memory for ever. */
  end(): void
}

export interface Member {
  readonly app: App
  readonly machine: Machine
  /** Of a machine that is far away from everything, in milliseconds. */
  readonly latencyMs: number | undefined
  readonly drain: AbortController
  readonly abort: AbortController
}

export interface FleetOptions {
  readonly time: VirtualTime
  readonly random: Random
  /** A stream of its own for the reads of manifests. */
  readonly ofManifests: Random
  readonly scenario: Scenario
  readonly cloud: SimulatedCloud
  readonly endpoint: EndpointModel
  readonly listener: Listener
  readonly notes: Notes
}

export function createFleet(options: FleetOptions): Fleet {
  const { time, random, scenario, notes } = options
  const members = new Set<Member>()
  const all: Member[] = []
  const started: Record<App, number> = { producer: 0, consumer: 0, aggregator: 0 }

  const restartLater = (app: App): void => {
    time.after(random.log(100, 30_000), () => {
      if (count(app) < scenario.machines[app]) fleet.start(app)
    })
  }
  const count = (app: App): number => [...members].filter((member) => member.app === app).length
  const stop = (member: Member): void => {
    const { machine, drain, abort } = member
    time.on(machine, () => drain.abort(new Error('SIGTERM')))
    time.after(scenario.stopPatienceSeconds * 1_000, () => {
      if (machine.dead) return
      notes.fault(machine.name, 'cut_off', 'drain deadline')
      time.on(machine, () => abort.abort(new Error('drain deadline')))
    })
    time.after(limits.stopTimeoutSeconds * 1_000, () => {
      if (!machine.dead) fleet.crash(machine)
    })
  }

  const fleet: Fleet = {
    start(app, skewMs = Math.round((2 * random.next() - 1) * scenario.skewSecondsMax * 1_000)) {
      const name = `${app}-${(started[app] += 1)}`
      const machine = { name, skewMs, frozenUntilMs: 0, dead: false }
      const latencyMs = random.chance(scenario.farMachines) ? scenario.farLatencyMs : undefined
      const member = {
        app,
        machine,
        latencyMs,
        // The machine's own, as all that follows from them.
        ...time.on(machine, () => ({ drain: new AbortController(), abort: new AbortController() })),
      }
      members.add(member)
      all.push(member)
      notes.add(name, 'started')
      const ended = (how: string): void => {
        if (machine.dead) return
        machine.dead = true
        members.delete(member)
        notes.add(name, how)
        restartLater(app)
      }
      time.on(machine, () => {
        runApp(options, member, fleet).then(
          () => {
            if (!member.drain.signal.aborted && !member.abort.signal.aborted) {
              notes.violation('no app ends of itself', `${name}: nobody has told it to stop`)
            }
            ended('stopped')
          },
          (error: unknown) => {
            notes.appFailed(name, error)
            if (!member.abort.signal.aborted) {
              notes.violation('no app ends of itself', `${name}: ${String(error)}`)
            }
            ended(`ended by ${String(error)}`)
          },
        )
      })
    },
    deploy(member) {
      notes.add(member.machine.name, 'told to stop, another starts')
      fleet.start(member.app)
      stop(member)
    },
    retire(member) {
      notes.add(member.machine.name, 'told to stop')
      stop(member)
    },
    crash(machine) {
      machine.dead = true
      notes.add(machine.name, 'died')
      for (const member of members) {
        if (member.machine !== machine) continue
        members.delete(member)
        restartLater(member.app)
      }
    },
    members: () => [...members],
    heal() {
      for (const { machine } of members) machine.frozenUntilMs = 0
      for (const app of ['producer', 'consumer', 'aggregator'] as const) {
        for (let missing = scenario.machines[app] - count(app); missing > 0; missing -= 1) {
          fleet.start(app)
        }
      }
    },
    end() {
      const reason = new Error('the run is over')
      for (const { machine, drain, abort } of all) {
        machine.dead = true
        time.on(machine, () => {
          abort.abort(reason)
          drain.abort(reason)
        })
      }
    },
  }
  return fleet
}

/** Only what is written is served late: whoever cannot read has nothing to write. */
const WRITES = /Put|Complete|Delete/

function linkOf({ time, random, scenario, notes }: FleetOptions, member: Member, fleet: Fleet) {
  const { machine, latencyMs } = member
  const { faults } = scenario
  return createLink({
    time,
    random,
    machine,
    latencyMs,
    faults: faults.link,
    crash: fleet.crash,
    freezeMs: () => random.log(0.5, faults.freezeSecondsMax) * 1_000,
    away(call) {
      const away = faults.away.get(call.slice(0, call.indexOf(' ')) as Service)
      return away === 'late' && !WRITES.test(call) ? undefined : away
    },
    onFault: (kind, call) => notes.fault(machine.name, kind, call),
  })
}

/** The usual one has taken hold of `Math.random` before the virtual one was in its place. */
const clock = {
  now: () => performance.now(),
  random: () => Math.random(),
  pause: async (ms: number, signal: AbortSignal) => {
    await sleep(ms, undefined, { signal })
  },
}

/** The world outside: what a deployment would have put into the environment. */
const ENVIRONMENT = {
  AWS_REGION: 'us-east-1',
  MILLRACE_JOBS_QUEUE_URL: queueUrl('jobs'),
  MILLRACE_JOBS_DLQ_URL: queueUrl('jobs-dlq'),
  MILLRACE_BATCHES_QUEUE_URL: queueUrl('batches'),
  MILLRACE_BATCHES_DLQ_URL: queueUrl('batches-dlq'),
  MILLRACE_COMPLETIONS_QUEUE_URL: queueUrl('completions'),
  MILLRACE_COMPLETIONS_DLQ_URL: queueUrl('completions-dlq'),
  MILLRACE_LEDGER_TABLE: TABLE,
  MILLRACE_WORK_URI: `s3://${BUCKET}/work/`,
  MILLRACE_DATASETS_ALLOWED: `s3://${BUCKET}/data/`,
  MILLRACE_RESULTS_ALLOWED: `s3://${BUCKET}/results/`,
  MILLRACE_ENDPOINTS_ALLOWED: 'model',
}
const CONFIGS = {
  producer: producerConfig.parse(ENVIRONMENT),
  consumer: consumerConfig.parse(ENVIRONMENT),
  aggregator: aggregatorConfig.parse(ENVIRONMENT),
}

/** Whether another result lies where a job writes is asked beside everything else, and draws from a stream of its own. */
function storeOf(options: FleetOptions, member: Member, fleet: Fleet, link: Link): S3Client {
  const { cloud, ofManifests } = options
  const store = storeClient(cloud.store, link)
  const apart = storeClient(cloud.store, linkOf({ ...options, random: ofManifests }, member, fleet))
  const send = (command: GetObjectCommand, sending?: { abortSignal?: AbortSignal }) => {
    const isLook =
      command instanceof GetObjectCommand && command.input.Key?.endsWith('.manifest.json')
    return (isLook ? apart : store).send(command, sending)
  }
  return { send } as S3Client
}

async function runApp(options: FleetOptions, member: Member, fleet: Fleet): Promise<void> {
  const { scenario, cloud, endpoint, listener, notes } = options
  const { app, machine } = member
  const link: Link = linkOf(options, member, fleet)
  const sqs = queueClient(cloud.queues, link)
  const queue = (name: string) => ({ client: sqs, url: queueUrl(name) })
  const { partBytes } = scenario
  // Each is larger than the one before it, as in a real upload: a page of 300 KB would take thousands.
  const bytesOfPart =
    partBytes === undefined ? undefined : (part: number) => partBytes * 8 ** Math.min(part, 6)
  const own = ({ producer: 'jobs', consumer: 'batches', aggregator: 'completions' } as const)[app]
  const workerQueues = {
    receive: queue(own),
    acknowledge: queue(own),
    deadLetter: queue(`${own}-dlq`),
  }
  const world = {
    ledger: { client: tableClient(cloud.tableOf(machine.name), link), tableName: TABLE },
    storage: createStorage({
      s3: createS3Backend(storeOf(options, member, fleet, link), 'sdk', clock, bytesOfPart),
    }),
    invoke: endpoint.through(link, machine.name),
    jobs: queue('jobs'),
    batches: queue('batches'),
    completions: queue('completions'),
    owner: machine.name,
    ...(scenario.hears && { events: listener.through(link) }),
  }
  const timing = {
    MILLRACE_VISIBILITY_SECONDS: scenario.visibilitySeconds,
    MILLRACE_RECEIVE_WAIT_SECONDS: scenario.receiveWaitSeconds,
  }
  const signals = { drain: member.drain.signal, abort: member.abort.signal }
  const logger = notes.logger(machine.name)
  switch (app) {
    case 'producer': {
      const MILLRACE_PREFLIGHT_PATIENCE_SECONDS = scenario.preflightPatienceSeconds
      const config = { ...CONFIGS.producer, ...timing, MILLRACE_PREFLIGHT_PATIENCE_SECONDS }
      return await createProducer(config, world, workerQueues, logger).run(signals)
    }
    case 'consumer': {
      const config = { ...CONFIGS.consumer, ...timing, MILLRACE_CONCURRENCY: scenario.concurrency }
      const handler = createHandler(config, world, logger, signals.abort)
      return await createConsumer(config, handler, workerQueues, logger).run(signals)
    }
    case 'aggregator': {
      const config = { ...CONFIGS.aggregator, ...timing }
      const stalled = { MILLRACE_STALLED_SECONDS: scenario.stalledSeconds }
      const aggregator = createAggregator({ ...config, ...stalled }, world, workerQueues, logger)
      return await aggregator.run(signals)
    }
    default:
      return app satisfies never
  }
}
