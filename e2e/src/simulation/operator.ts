import type { JobId, JobState } from '@millrace/job'
import { encodeJobRequest, jobSpecSchema, type JobRequest } from '@millrace/job'
import { moveJob, type Ledger } from '@millrace/ledger'
import type { Random, VirtualTime } from '@millrace/testing'
import { BUCKET, type SimulatedCloud } from './cloud.ts'
import { drawRows, textOf } from './dataset.ts'
import type { Fleet } from './fleet.ts'
import type { Notes } from './notes.ts'
import type { ActionKind, JobPlan, Scenario } from './scenario.ts'
import type { KnownJob } from './watch.ts'

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
  /** Makes good what was done: resumes, moves dead letters back, submits what was lost. */
  heal(): void
}

export function requestOf(plan: JobPlan): JobRequest {
  const spec = jobSpecSchema.parse({
    version: 1,
    dataset: {
      uri: `s3://${BUCKET}/data/${plan.token}.csv`,
      csv: { header: plan.header ? 'present' : 'absent' },
    },
    endpoint: { name: 'model' },
    batching: { rows: plan.batchRows },
    output: { uri: `s3://${BUCKET}/results/${plan.token}.csv`, join: plan.join },
  })
  return { clientToken: plan.token, spec }
}

/** Writes a version of a job's dataset, and remembers what is in it. */
export function writeDataset(cloud: SimulatedCloud, random: Random, job: KnownJob): void {
  const rows = drawRows(random, job.plan, job.versions.size)
  const Body = Buffer.from(textOf(job.plan, rows))
  const Key = `data/${job.plan.token}.csv`
  const { ETag } = cloud.store.put({ Bucket: BUCKET, Key, Body }) as { ETag: string }
  job.versions.set(ETag, rows)
}

export function createOperator(options: OperatorOptions): Operator {
  const { time, random, scenario, cloud, fleet, jobs, notes } = options
  const never = new AbortController().signal

  const move = (jobId: JobId, to: JobState): void => {
    const done = moveJob(options.ledger, jobId, to, { now: Math.floor(time.nowMs / 1_000) }, never)
    // A job that is not there yet, or has ended, cannot be moved: the operator is told so.
    done.catch(() => {})
  }
  const redrive = (name: 'jobs' | 'batches' | 'completions'): void => {
    const dead = cloud.queue(`${name}-dlq`)
    const messages = [...dead.messages]
    dead.purge()
    for (const message of messages) cloud.queue(name).add(message)
  }
  const anyJob = (): KnownJob => random.pick([...jobs.values()])
  const anyMember = () => random.pick(fleet.members)

  const operator: Operator = {
    submit({ plan }) {
      const body = encodeJobRequest(requestOf(plan))
      cloud.queue('jobs').add({ body, groupId: undefined, attributes: {} })
    },
    act(kind) {
      notes.fault('operator', kind, '')
      switch (kind) {
        case 'crash_one':
          return fleet.crash(anyMember().machine)
        case 'freeze_one':
          anyMember().machine.frozenUntilMs =
            time.nowMs + random.log(0.5, scenario.faults.freezeSecondsMax) * 1_000
          return
        case 'deploy':
          return fleet.members.forEach((member) => fleet.deploy(member))
        case 'scale_out':
          return fleet.start('consumer')
        case 'scale_in':
          return fleet.retire(anyMember())
        case 'outage':
          scenario.faults.endpoint.downUntilMs = time.nowMs + random.log(1_000, 600_000)
          return
        case 'overwrite_dataset':
          return writeDataset(cloud, random, anyJob())
        case 'pause':
          return move(anyJob().jobId, 'paused')
        case 'resume':
          return move(anyJob().jobId, 'running')
        case 'cancel':
          return move(anyJob().jobId, 'cancelled')
        case 'submit_again':
          return operator.submit(anyJob())
        case 'purge_batches':
          return cloud.queue('batches').purge()
        case 'purge_completions':
          return cloud.queue('completions').purge()
        case 'redrive':
          return redrive(random.pick(['jobs', 'batches', 'completions']))
        case 'deliver_all_again':
          return cloud.queue('batches').messages.forEach((message) => {
            message.visibleAtMs = time.nowMs
          })
        default:
          return kind satisfies never
      }
    },
    heal() {
      redrive('jobs')
      for (const { jobId } of jobs.values()) {
        if (cloud.table.item(`JOB#${jobId}`, 'META')?.['state']?.S === 'paused') {
          move(jobId, 'running')
        }
      }
    },
  }
  return operator
}
