import type { Mutation } from './mutation.ts'

const consumer = 'apps/consumer/src'
const aggregator = 'apps/aggregator/src'
const producer = 'apps/producer/src'

/** Of producer, consumer and aggregator: the order of steps, counts, whose fault a failure is. */
export const mutationsOfApps: readonly Mutation[] = [
  {
    name: 'the part is marked before it is put',
    noticedBy: ['a mark promises a part'],
    file: `${consumer}/process-batch.ts`,
    edits: [
      [
        '  const put = await deps.putPart(',
        '  await deps.mark(job, batch.batch, scored.failures.length, signal)\n  const put = await deps.putPart(',
      ],
    ],
  },
  {
    name: 'the part is not marked',
    noticedBy: ['record before delete'],
    file: `${consumer}/process-batch.ts`,
    edits: [
      [
        'if (await deps.mark(job, batch.batch, failedRows, signal))',
        'if (failedRows < 0 && (await deps.mark(job, batch.batch, failedRows, signal)))',
      ],
    ],
  },
  {
    name: 'a duplicate counts its own failures',
    noticedBy: ['a mark tells its part'],
    file: `${consumer}/record/record-part.ts`,
    edits: [["const held = put.kind === 'duplicate' ? put.part : part", 'const held = part']],
  },
  {
    name: 'a message is believed without asking the plan',
    noticedBy: ['the plan is fixed'],
    file: `${consumer}/process-batch.ts`,
    edits: [
      [
        '  const batch = await deps.planned(job, message.batch)\n',
        '  const batch: Batch = message\n',
      ],
      [
        '  if (batch === undefined || !sameRanges(batch, message)) {',
        '  if (batch !== undefined && !sameRanges(batch, message)) {',
      ],
    ],
  },
  {
    name: 'a segment that is not written yet fails the job',
    noticedBy: ['jobs fail for a reason'],
    file: `${consumer}/job/plan-cache.ts`,
    edits: [['    if (job.plan === undefined) return undefined\n', '']],
  },
  {
    name: 'an older read tells that a segment is not written',
    noticedBy: ['jobs fail for a reason'],
    seed: 10_061_876,
    file: `${consumer}/job/plan-cache.ts`,
    edits: [['    if (known !== undefined) return await planned(job, batch)\n', '']],
  },
  {
    name: 'rows of another width are sent to the model',
    noticedBy: ['a part holds what its rows are'],
    file: `${consumer}/score/score-rows.ts`,
    edits: [['return unfit.map(', 'return unfit.slice(0, 0).map(']],
  },
  {
    name: 'throttles are charged to the batch',
    noticedBy: ['nothing is repeated in calm'],
    file: `${consumer}/verdict.ts`,
    edits: [
      [
        "  kind === 'throttle' || kind === 'systemic' || code === 'endpoint_unreachable'",
        "  kind === 'systemic' || code === 'endpoint_unreachable'",
      ],
    ],
  },
  {
    name: 'the concurrency has no bound',
    noticedBy: ['never overrun the endpoint'],
    file: `${consumer}/handler.ts`,
    edits: [
      [
        '    concurrencyMax: config.MILLRACE_CONCURRENCY,',
        '    concurrencyMax: config.MILLRACE_CONCURRENCY + 8, concurrencyStart: 16,',
      ],
    ],
    also: [
      {
        file: `${consumer}/consume.ts`,
        edits: [
          [
            '    concurrency: config.MILLRACE_CONCURRENCY,',
            '    concurrency: config.MILLRACE_CONCURRENCY + 8,',
          ],
        ],
      },
    ],
  },
  {
    name: 'a job has no maximum of its own',
    noticedBy: ['a consumer keeps to its share'],
    file: `${consumer}/job/job-lanes.ts`,
    edits: [
      [
        'if (lane.running < lane.max && lane.waiting.length === 0) lane.running += 1',
        'if (lane.waiting.length === 0) lane.running += 1',
      ],
      // A second guard, for a maximum that shrinks while an invocation waits for room.
      ['if (lane.running > lane.max) throw new OverMaximumError()', ''],
    ],
  },
  {
    name: 'each consumer takes the maximum of a job for its own',
    noticedBy: ['a consumer keeps to its share'],
    file: `${consumer}/job/job-share.ts`,
    edits: [['shareOfConcurrency(jobMax, inJob(sharers), consumer)', 'jobMax']],
  },
  {
    name: 'each consumer finds itself alone after an outage',
    noticedBy: ['a consumer keeps to its share'],
    seed: 2_800_000_491,
    file: `${consumer}/job/job-share.ts`,
    edits: [['return wasOutage && ', 'return false && ']],
  },
  {
    name: 'who waits for room goes by the maximum of before',
    noticedBy: ['a consumer keeps to its share', 'a job keeps to its concurrency'],
    seed: 3_600_011_361,
    file: `${consumer}/job/job-lanes.ts`,
    edits: [['if (lane.running > lane.max)', 'if (false as boolean)']],
  },
  {
    name: 'a consumer is forgotten while it only invokes',
    noticedBy: ['a consumer keeps to its share'],
    file: `${consumer}/job/job-lanes.ts`,
    edits: [
      [
        'deps.every(() => void lookAt(lane, jobId))',
        'deps.every(() => void (lane.waiting.length > 0 && lookAt(lane, jobId)))',
      ],
    ],
  },
  {
    name: 'no row of another batch is asked',
    noticedBy: ['every job ends'],
    file: `${consumer}/score/score-payload.ts`,
    edits: [['        witnesses: deps.witnessesOf(open),\n', '']],
  },
  {
    name: 'batches are published before their plan is written',
    noticedBy: ['a plan is written before its batches'],
    file: `${producer}/dataset/scan-batches.ts`,
    edits: [
      ['    segment.push(batch)\n', '    segment.push(batch)\n    yield batch\n'],
      ['continue\n    yield* await written(', 'continue\n    await written('],
      ['if (segment.length > 0) yield* await written(', 'if (segment.length > 0) await written('],
    ],
  },
  {
    name: 'a plan is sealed without a completion',
    noticedBy: ['nothing is late in calm'],
    file: `${producer}/plan-job.ts`,
    edits: [
      [
        '    await deps.publishCompletion(jobId, signal)\n    return published\n',
        '    return published\n',
      ],
    ],
  },
  {
    name: 'a job counts as paused for a while after it was resumed',
    noticedBy: ['record before delete'],
    file: `${producer}/state-cache.ts`,
    edits: [[' &&\n      takesBatches(known.state)\n', '\n']],
  },
  {
    name: 'what a late attempt finds fails a job that is planned',
    noticedBy: ['a preflight is before the plan'],
    seed: 246,
    file: `${producer}/connect.ts`,
    edits: [['unplanned: plan === undefined }', 'unplanned: plan === undefined && false }']],
  },
  {
    name: 'a preflight believes the first time-out',
    noticedBy: ['jobs fail for a reason'],
    seed: 7_011_719,
    file: `${producer}/preflight/patient-invoke.ts`,
    edits: [['late: [250]', 'late: []']],
  },
  {
    name: 'a job is judged by an endpoint that has no room',
    noticedBy: ['jobs fail for a reason'],
    file: `${producer}/preflight/patient-invoke.ts`,
    edits: [['new EndpointAwayError(error as Error)', 'error']],
  },
  {
    name: 'a job is aggregated before its last batch',
    noticedBy: ['jobs fail for a reason'],
    file: `${aggregator}/connect.ts`,
    edits: [
      [
        "  if (done.size !== job.plan?.batches) return { kind: 'not_ready' }\n",
        "  if (done.size + 1 < (job.plan?.batches ?? Number.NaN)) return { kind: 'not_ready' }\n",
      ],
    ],
  },
  {
    name: 'the manifest is visible before the result',
    noticedBy: ['the manifest vouches for its outputs'],
    file: `${aggregator}/write-result.ts`,
    edits: [
      [
        '  await result.commit()\n  await page.commit()\n  await manifest.commit()\n',
        '  await manifest.commit()\n  await page.commit()\n  await result.commit()\n',
      ],
    ],
  },
  {
    name: 'a result is written on without a look at the lease',
    noticedBy: ['a result never goes back', 'the manifest vouches for its outputs'],
    seed: 3_013,
    file: `${aggregator}/fence.ts`,
    edits: [['if (!(await mayWrite(signal)))', 'if (false as boolean)']],
  },
  {
    name: 'a result is written over whatever lies there',
    noticedBy: ['a result never goes back', 'the manifest vouches for its outputs'],
    seed: 22_866,
    file: `${aggregator}/fence.ts`,
    edits: [
      ['writer.commit({ over })', 'writer.commit()'],
      ['files.remove(uri, { over }, signal)', 'files.remove(uri, {}, signal)'],
    ],
  },
  {
    name: 'nobody asks for a job that stands still',
    noticedBy: ['every job ends'],
    file: `${aggregator}/reconcile.ts`,
    edits: [
      [
        'deps.now() - before.since >= quietMs(job, stalledMs)',
        'deps.now() - before.since >= Number.POSITIVE_INFINITY',
      ],
    ],
  },
  {
    name: 'a whole job that stands still is not completed',
    noticedBy: ['every job ends'],
    file: `${aggregator}/reconcile.ts`,
    // Were the producer asked for it instead, that would complete it, too.
    edits: [['if (isWhole) await', 'if (isWhole) return\n    if (recorded < 0) await']],
  },
  {
    name: 'what a look cannot read ends the aggregator',
    noticedBy: ['no app ends of itself'],
    file: `${aggregator}/reconcile.ts`,
    edits: [
      ["      deps.onError(error, 'job not looked at', job.jobId)\n", '      throw error\n'],
      [
        "if (!signal.aborted) deps.onError(error, 'jobs not looked at')",
        'if (!signal.aborted) throw error',
      ],
    ],
  },
  {
    name: 'the logs do not tell how a job ends',
    noticedBy: ['the logs tell how a job ended'],
    file: `${aggregator}/aggregate.ts`,
    edits: [["'job looked at' : 'export looked at'", "'job seen' : 'export looked at'"]],
  },
  {
    name: 'an end that nobody has told is told by nobody',
    noticedBy: ['every end is told'],
    file: `${aggregator}/reconcile.ts`,
    edits: [['of deps.untoldJobs(signal)', 'of [] as Job[]']],
  },
  {
    name: 'an export is made of what is recorded so far',
    noticedBy: ['exports fail for a reason'],
    file: `${aggregator}/export-result.ts`,
    edits: [['recorded === job.plan?.batches', 'recorded >= 0']],
  },
  {
    name: 'an export ends before it is written',
    noticedBy: ['an export holds what the parts hold'],
    file: `${aggregator}/export-result.ts`,
    edits: [
      [
        '    const summary = await deps.writeResult(',
        "    await deps.finish(name, 'succeeded', {}, signal)\n    const summary = await deps.writeResult(",
      ],
    ],
  },
  {
    name: 'a service that is away is charged to the batch',
    noticedBy: ['nothing is repeated in calm'],
    seed: 635,
    file: `${consumer}/verdict.ts`,
    edits: [["isAway(error) ? 'postpone' : 'release'", "isAway(error) ? 'release' : 'release'"]],
  },
  {
    name: 'an aborted consumer leaves a rejection that nobody handles',
    noticedBy: ['no bugs'],
    file: `${consumer}/connect.ts`,
    edits: [['wait(ms, lifetime).catch(forever)', 'wait(ms, lifetime)']],
  },
  {
    name: 'every retry is refused',
    noticedBy: ['a retry is refused for a reason'],
    file: `${producer}/retry/open-retry.ts`,
    edits: [
      [
        '(refusalOf(deps, fresh, base) ?? (await nothingToDo(deps, base, retryOf, signal)))',
        '((await nothingToDo(deps, base, retryOf, signal)) ?? `job ${base.jobId} is not retried`)',
      ],
    ],
  },
  {
    name: 'a retry of a job that was not scored whole is refused',
    noticedBy: ['a retry is refused for a reason'],
    file: `${producer}/retry/open-retry.ts`,
    edits: [['plan === undefined || done.size < plan.batches', 'plan === undefined']],
  },
  {
    name: 'a retry takes over what it is to mend',
    noticedBy: ['a retry mends what failed'],
    file: `${producer}/retry/inherit-batches.ts`,
    edits: [
      [
        '    if (retryOf.reasons === undefined) return true\n',
        '    if (retryOf.reasons === undefined) return false\n',
      ],
    ],
  },
  {
    name: 'a retry forgets the rows that it did not invoke',
    noticedBy: ['a part holds what its rows are'],
    file: `${consumer}/score/merge-part.ts`,
    edits: [['splitLines(below.predictions)', 'splitLines(scored.predictions)']],
  },
]
