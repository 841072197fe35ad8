import { encodeJobRequest, type JobRequest, jobSpecSchema, limits } from '@millrace/job'
import { adjustJob, cancelJob, type Ledger, pauseJob, resumeJob } from '@millrace/ledger'
import type { Random, VirtualTime } from '@millrace/testing'
import { BUCKET, type QueueName, type SimulatedCloud } from './cloud.ts'
import { drawRows, objectsOf, textOf } from './dataset.ts'
import type { Fleet, Member } from './fleet.ts'
import type { Notes } from './notes.ts'
import type { ActionKind, Scenario } from './scenario.ts'
import { junkFor } from './junk.ts'
import type { KnownJob } from './known-job.ts'

export interface OperatorOptions {
  readonly time: VirtualTime
  readonly random: Random
  readonly scenario: Scenario
  readonly cloud: SimulatedCloud
  readonly fleet: Fleet
  readonly jobs: ReadonlyMap<string, KnownJob>
  /** Without faults between: a person tries until it is done. */
  readonly ledger: Ledger
  readonly notes: Notes
}

/** People, schedules and chance: what is done to a system from outside. */
export interface Operator {
  submit(job: KnownJob): void
  act(kind: ActionKind): void
  adjust(concurrencyMax: number): void
  /** Makes good what was done: resumes, moves dead letters back, submits what was lost. */
  heal(): void
}

/** By then what was visible has been received. */
const RECEIVED_MS = 30_000

export function requestOf({ plan, token, below, reasons }: KnownJob): JobRequest {
  const spec = jobSpecSchema.parse({
    version: 1,
    dataset: {
      uri: `s3://${BUCKET}/data/${plan.token}${plan.objects === 1 ? '.csv' : '/'}`,
      csv: { header: plan.header ? 'present' : 'absent' },
    },
    endpoint: { name: 'model' },
    batching: { rows: plan.batchRows },
    output: { uri: `s3://${BUCKET}/results/${plan.token}.csv`, join: plan.join },
    ...(plan.tolerance !== undefined && { tolerance: plan.tolerance }),
  })
  if (below === undefined) return { clientToken: token, spec }
  const retryOf = { jobId: below.jobId, ...(reasons === undefined ? {} : { reasons }) }
  return { clientToken: token, spec, retryOf }
}

/** Writes a version of a job's dataset, and remembers what is in it. */
export function writeDataset(cloud: SimulatedCloud, random: Random, job: KnownJob): void {
  const { plan, versions } = job
  const rows = drawRows(random, plan, versions.size / plan.objects)
  objectsOf(plan).forEach(({ start, end }, index) => {
    const some = rows.slice(start, end)
    const Body = Buffer.from(textOf(plan, some))
    const Key = `data/${plan.token}${plan.objects === 1 ? '' : `/${index}`}.csv`
    const { ETag } = cloud.store.put({ Bucket: BUCKET, Key, Body }) as { ETag: string }
    versions.set(ETag, some)
  })
}

export function createOperator(options: OperatorOptions): Operator {
  const { time, random, scenario, cloud, fleet, jobs, notes } = options
  const never = new AbortController().signal

  /** A job that is not there yet, or has ended, cannot be moved: the operator is told so. */
  const told = (asked: Promise<unknown>): void => void asked.catch(() => {})
  const resume = async (job: KnownJob): Promise<void> => {
    const { kind } = await resumeJob(options.ledger, job.jobId, never)
    if (kind === 'resumed') operator.submit(job)
  }
  const redrive = (name: QueueName): void => {
    const dead = cloud.queue(`${name}-dlq`)
    const messages = [...dead.messages]
    dead.purge()
    for (const message of messages) cloud.queue(name).add(message)
  }
  const deliverAgain = (name: QueueName): void =>
    cloud.queue(name).messages.forEach((message) => {
      message.visibleAtMs = time.nowMs
    })
  const anyJob = (): KnownJob => random.pick([...jobs.values()])
  /** At times all have crashed, and none has been started again yet. */
  const withAnyMember = (act: (member: Member) => void): void => {
    const members = fleet.members()
    if (members.length > 0) act(random.pick(members))
  }

  const operator: Operator = {
    submit(job) {
      const body = encodeJobRequest(requestOf(job))
      cloud.queue('jobs').add({ body, groupId: undefined, attributes: {} })
    },
    act(kind) {
      notes.fault('operator', kind, '')
      switch (kind) {
        case 'crash_one':
          return withAnyMember(({ machine }) => fleet.crash(machine))
        case 'freeze_one':
          return withAnyMember(({ machine }) => {
            machine.frozenUntilMs =
              time.nowMs + random.log(0.5, scenario.faults.freezeSecondsMax) * 1_000
          })
        case 'freeze_aggregators':
          // Beyond the lease, so that another takes over before it wakes up.
          for (const { app, machine } of fleet.members()) {
            if (app === 'aggregator')
              machine.frozenUntilMs = time.nowMs + random.log(30_000, 300_000)
          }
          return fleet.start('aggregator')
        case 'overtake_aggregators':
          // For less than the time between renewals; by the clock of another the lease has run out.
          for (const { app, machine } of fleet.members()) {
            if (app === 'aggregator')
              machine.frozenUntilMs =
                time.nowMs + random.log(1_000, limits.leaseRenewSeconds * 1_000)
          }
          fleet.start('aggregator', limits.leaseSeconds * 1_000 + random.int(0, 90_000))
          return deliverAgain('completions')
        case 'overtake_as_they_wake': {
          // Who wakes up renews at once, or ends the job, while the other is at it.
          const wakeMs = limits.leaseRenewSeconds * 1_000 + random.int(0, 5_000)
          for (const { app, machine } of fleet.members()) {
            if (app === 'aggregator') machine.frozenUntilMs = time.nowMs + wakeMs
          }
          return void time.after(wakeMs - random.int(500, 4_000), () => {
            fleet.start('aggregator', limits.leaseSeconds * 1_000 + random.int(0, 90_000))
            deliverAgain('completions')
          })
        }
        case 'late_store': {
          const { away } = scenario.faults
          away.set('s3', 'late')
          return void time.after(random.log(500, 15_000), () => {
            if (away.get('s3') === 'late') away.delete('s3')
          })
        }
        case 'deploy':
          return fleet.members().forEach((member) => fleet.deploy(member))
        case 'scale_out':
          return fleet.start('consumer')
        case 'scale_in':
          return withAnyMember((member) => fleet.retire(member))
        case 'outage':
          scenario.faults.endpoint.downUntilMs = time.nowMs + random.log(1_000, 600_000)
          return
        case 'overwrite_dataset':
          return writeDataset(cloud, random, anyJob())
        case 'pause':
          return told(pauseJob(options.ledger, anyJob().jobId, never))
        case 'resume':
          return told(resume(anyJob()))
        case 'cancel':
          return told(
            cancelJob(
              options.ledger,
              anyJob().jobId,
              { now: Math.floor(time.nowMs / 1_000) },
              never,
            ),
          )
        case 'submit_again':
          return operator.submit(anyJob())
        case 'purge_batches':
          return cloud.queue('batches').purge()
        case 'purge_completions':
          return cloud.queue('completions').purge()
        case 'redrive':
          return redrive(random.pick(['jobs', 'batches', 'completions']))
        case 'deliver_all_again':
          return deliverAgain('batches')
        case 'junk':
          return junkFor(anyJob()).forEach((body) =>
            cloud.queue('batches').add({ body, groupId: undefined, attributes: {} }),
          )
        default:
          return kind satisfies never
      }
    },
    adjust(concurrencyMax) {
      notes.fault('operator', 'adjust', String(concurrencyMax))
      told(adjustJob(options.ledger, anyJob().jobId, { concurrencyMax }, never))
    },
    heal() {
      redrive('jobs')
      // What has been received in vain often enough is only set aside by its next receive.
      time.after(scenario.visibilitySeconds * 1_000 + RECEIVED_MS, () => redrive('jobs'))
      for (const job of jobs.values()) told(resume(job))
    },
  }
  return operator
}
