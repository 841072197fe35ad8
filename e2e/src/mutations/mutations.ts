/** In the file each text that is there exactly once is replaced. */
interface Edited {
  readonly file: string
  readonly edits: readonly (readonly [find: string, replace: string])[]
}

/** A way to break safety code. */
export interface Mutation extends Edited {
  readonly name: string
  /** Where two files guard the same, the other one. */
  readonly also?: Edited
}

const ledger = 'libs/ledger/src'
const queue = 'libs/queue/src'
const consumer = 'apps/consumer/src'
const aggregator = 'apps/aggregator/src'
const producer = 'apps/producer/src'

/**
 * What somebody may break one day without a failing unit test: every condition, order, count and
 * retry that keeps rows from being lost, doubled or mixed. Each must be caught by the simulation.
 */
export const mutations: readonly Mutation[] = [
  {
    name: 'a part is put without a condition',
    file: `${ledger}/part/put-part.ts`,
    edits: [["    ConditionExpression: 'attribute_not_exists(PK)',\n", '']],
  },
  {
    name: 'a job is created without a condition',
    file: `${ledger}/job/create-job.ts`,
    edits: [["    ConditionExpression: 'attribute_not_exists(PK)',\n", '']],
  },
  {
    name: 'the last pin wins',
    file: `${ledger}/job/pin-dataset.ts`,
    edits: [["condition: 'attribute_not_exists(dataset)'", "condition: 'attribute_exists(PK)'"]],
  },
  {
    name: 'a set of marks is written, not added to',
    file: `${ledger}/progress/add-progress.ts`,
    edits: [["failed.length === 0 ? 'ADD done :done'", "failed.length === 0 ? 'SET done = :done'"]],
  },
  {
    name: 'marks are counted by a number',
    file: `${ledger}/progress/add-progress.ts`,
    edits: [
      ["failed.length === 0 ? 'ADD done :done'", "failed.length === 0 ? 'ADD done :done, n :n'"],
      [
        "      ':done': { NS: done },\n",
        "      ':done': { NS: done },\n      ...(failed.length === 0 ? { ':n': { N: String(done.length) } } : {}),\n",
      ],
      [
        "  return Attributes?.['done']?.NS?.length ?? 0\n}\n\n/** How many elements",
        "  return Number(Attributes?.['n']?.N ?? 0)\n}\n\n/** How many elements",
      ],
    ],
  },
  {
    name: 'marks that meet go without all but the first',
    file: `${ledger}/progress/group-commit.ts`,
    edits: [
      [
        '[first.entry, ...rest.map(({ entry }) => entry)]',
        '[first.entry, ...rest.slice(rest.length).map(({ entry }) => entry)]',
      ],
    ],
  },
  {
    name: 'a mark never finds itself the last',
    file: `${ledger}/progress/climb-progress.ts`,
    edits: [
      [
        '      if (level === rootLevel(tree)) return { full: true, plan }\n',
        '      if (level === rootLevel(tree)) return { full: false, plan }\n',
      ],
    ],
  },
  {
    name: 'progress is read as it may have been',
    file: `${ledger}/progress/read-progress.ts`,
    edits: [['    ConsistentRead: true,\n', '    ConsistentRead: false,\n']],
  },
  {
    name: 'parts are read as they may have been',
    file: `${ledger}/part/read-parts.ts`,
    edits: [['      ConsistentRead: true,\n', '      ConsistentRead: false,\n']],
  },
  {
    name: 'a lease is renewed and a job finished by any generation',
    file: `${ledger}/job/finish-job.ts`,
    edits: [
      [
        "condition: '#state = :aggregating AND generation = :generation'",
        "condition: 'attribute_exists(generation)'",
      ],
      [
        "        ':aggregating': { S: 'aggregating' },\n        ':generation': number(generation),\n",
        '',
      ],
    ],
  },
  {
    name: 'a claim does not raise the generation',
    file: `${ledger}/job/claim-job.ts`,
    edits: [
      ['generation: held.generation + 1 }', 'generation: Math.min(1, held.generation + 1) - 1 }'],
    ],
  },
  {
    name: 'a job moves from any state',
    file: `${ledger}/job/move-job.ts`,
    edits: [
      [
        "      condition: from.condition + (unplanned === true ? ' AND attribute_not_exists(#plan)' : ''),\n      values: {\n        ...from.values,\n",
        "      condition: 'attribute_exists(PK)',\n      values: {\n",
      ],
    ],
  },
  {
    name: 'a job is resumed to running before it is planned',
    file: `${ledger}/job/resume-job.ts`,
    edits: [["'running', 'attribute_exists(#plan)'", "'running', 'attribute_exists(PK)'"]],
  },
  {
    name: 'a message is deleted before its work is done',
    file: `${queue}/worker/shift.ts`,
    edits: [['      held.add(item)\n', '      held.add(item)\n      void calls.remove(message)\n']],
  },
  {
    name: 'a worker that stops charges what it has not begun',
    file: `${queue}/worker/shift.ts`,
    edits: [["  if (isFirst) return { kind: 'requeue' }\n", '']],
  },
  {
    name: 'a requeued message is deleted before it is copied',
    file: `${queue}/worker/settle-message.ts`,
    edits: [
      ["    case 'requeue': {\n", "    case 'requeue': {\n      await calls.remove(message)\n"],
    ],
  },
  {
    name: 'a dead letter is deleted before it is copied',
    file: `${queue}/worker/settle-message.ts`,
    edits: [
      [
        '      const error = await calls.deadLetter(',
        '      await calls.remove(message)\n      const error = await calls.deadLetter(',
      ],
    ],
  },
  {
    name: 'failed entries of a batch call are not read',
    file: `${queue}/calls/settle-entries.ts`,
    edits: [
      [
        'const { Failed = [] } = await call(entries, signal)',
        'const { Failed = [] } = { ...(await call(entries, signal)), Failed: [] as never[] }',
      ],
    ],
  },
  {
    name: 'no heartbeat',
    file: `${queue}/worker/heartbeat.ts`,
    edits: [
      [
        '    const error = await options.extend(seconds)\n',
        '    const error = await Promise.resolve<Awaited<ReturnType<typeof options.extend>>>(undefined)\n',
      ],
    ],
  },
  {
    name: 'reads are not held to the pinned version',
    file: 'libs/storage/src/s3/version.ts',
    edits: [
      [
        "return version.includes('\"') ? { IfMatch: version } : { VersionId: version }",
        'return {} as { IfMatch: string }',
      ],
    ],
  },
  {
    name: 'predictions are not counted',
    file: 'libs/invocation/src/decode/decode-lines.ts',
    edits: [['scanNumberLines(body, end) === rows)', 'scanNumberLines(body, end) > 0)']],
  },
  {
    name: 'the part is marked before it is put',
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
    file: `${consumer}/connect.ts`,
    edits: [["const held = put.kind === 'duplicate' ? put.part : part", 'const held = part']],
  },
  {
    name: 'a message is believed without asking the plan',
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
    file: `${consumer}/plan-cache.ts`,
    edits: [['    if (job.plan === undefined) return undefined\n', '']],
  },
  {
    name: 'an older read tells that a segment is not written',
    file: `${consumer}/plan-cache.ts`,
    edits: [['    if (known !== undefined) return await planned(job, batch)\n', '']],
  },
  {
    name: 'rows of another width are sent to the model',
    file: `${consumer}/score-rows.ts`,
    edits: [['return odd.map(', 'return odd.slice(0, 0).map(']],
  },
  {
    name: 'throttles are charged to the batch',
    file: `${consumer}/connect.ts`,
    edits: [
      [
        "  kind === 'throttle' || kind === 'systemic' || code === 'endpoint_unreachable'",
        "  kind === 'systemic' && code !== 'endpoint_unreachable'",
      ],
    ],
  },
  {
    name: 'what was begun waits behind what is new',
    file: 'libs/invocation/src/limiter/waiting-line.ts',
    edits: [['(line[at - 1]?.turn ?? 0) > place.turn', 'false']],
    // With more room there is no line.
    also: {
      file: 'libs/invocation/src/limiter/limiter.ts',
      edits: [["return 'refused'", 'return undefined']],
    },
  },
  {
    name: 'the concurrency has no bound',
    file: `${consumer}/handler.ts`,
    edits: [
      [
        '    concurrencyMax: config.MILLRACE_CONCURRENCY,',
        '    concurrencyMax: config.MILLRACE_CONCURRENCY + 8, concurrencyStart: 16,',
      ],
    ],
    also: {
      file: `${consumer}/consume.ts`,
      edits: [
        [
          '    concurrency: config.MILLRACE_CONCURRENCY,',
          '    concurrency: config.MILLRACE_CONCURRENCY + 8,',
        ],
      ],
    },
  },
  {
    name: 'batches are published before their plan is written',
    file: `${producer}/scan-batches.ts`,
    edits: [['    segment.push(batch)\n', '    segment.push(batch)\n    yield batch\n']],
  },
  {
    name: 'a plan is sealed without a completion',
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
    file: `${producer}/state-cache.ts`,
    edits: [
      [
        'now() - known.readAt < FRESH_MS && takesBatches(known.state)',
        'now() - known.readAt < FRESH_MS',
      ],
    ],
  },
  {
    name: 'what a late attempt finds fails a job that is planned',
    file: `${producer}/connect.ts`,
    edits: [['unplanned: plan === undefined }', 'unplanned: plan === undefined && false }']],
  },
  {
    name: 'a preflight believes the first time-out',
    file: `${producer}/patient-invoke.ts`,
    edits: [['late: [250]', 'late: []']],
  },
  {
    name: 'a preflight takes a throttle for an answer',
    file: 'libs/invocation/src/preflight/preflight.ts',
    edits: [
      [
        "instanceof InvocationError && error.code !== 'endpoint_throttled'",
        'instanceof InvocationError',
      ],
    ],
  },
  {
    name: 'a preflight that could not ask for columns goes on',
    file: 'libs/invocation/src/preflight/takes-more-columns.ts',
    edits: [['isAboutRows(answer) ? false : answer', 'false']],
  },
  {
    name: 'a job is aggregated before its last batch',
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
    file: `${aggregator}/write-result.ts`,
    edits: [
      [
        '  await result.commit()\n  await page.commit()\n  await manifest.commit()\n',
        '  await manifest.commit()\n  await page.commit()\n  await result.commit()\n',
      ],
    ],
  },
  {
    name: 'nobody asks for a job that stands still',
    file: `${aggregator}/reconcile.ts`,
    edits: [
      [
        'deps.now() - before.since >= stalledMs',
        'deps.now() - before.since >= Number.POSITIVE_INFINITY',
      ],
    ],
  },
  {
    name: 'a whole job that stands still is not completed',
    file: `${aggregator}/reconcile.ts`,
    // Were the producer asked for it instead, that would complete it, too.
    edits: [['if (isWhole) await', 'if (isWhole) return\n    if (recorded < 0) await']],
  },
  {
    name: 'what a look cannot read ends the aggregator',
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
    name: 'an end that nobody has told is told by nobody',
    file: `${aggregator}/reconcile.ts`,
    edits: [['of deps.untoldJobs(signal)', 'of [] as Job[]']],
  },
  {
    name: 'an export is made of what is recorded so far',
    file: `${aggregator}/export-result.ts`,
    edits: [['recorded === job.plan?.batches', 'recorded >= 0']],
  },
  {
    name: 'an export ends before it is written',
    file: `${aggregator}/export-result.ts`,
    edits: [
      [
        '    const summary = await deps.writeResult(',
        "    await deps.finish(name, 'succeeded', {}, signal)\n    const summary = await deps.writeResult(",
      ],
    ],
  },
  {
    name: 'a service that is away is charged to the message',
    file: `${queue}/worker/shift.ts`,
    edits: [['?.isOutage === true', '?.isOutage === undefined']],
  },
  {
    name: 'a service that is away is charged to the batch',
    file: `${consumer}/connect.ts`,
    edits: [["isAway(error) ? 'postpone' : 'release'", "isAway(error) ? 'release' : 'release'"]],
  },
  {
    name: 'an aborted consumer leaves a rejection that nobody handles',
    file: `${consumer}/connect.ts`,
    edits: [['wait(ms, lifetime).catch(forever)', 'wait(ms, lifetime)']],
  },
  {
    name: 'one row more is tolerated',
    file: 'libs/job/src/tolerance.ts',
    edits: [['failedRows > failedRowsMax', 'failedRows > failedRowsMax + 1']],
  },
  {
    name: 'a retry takes over what it is to mend',
    file: `${producer}/inherit-batches.ts`,
    edits: [
      [
        '    if (retryOf.reasons === undefined) return true\n',
        '    if (retryOf.reasons === undefined) return false\n',
      ],
    ],
  },
  {
    name: 'a retry forgets the rows that it did not invoke',
    file: `${consumer}/merge-part.ts`,
    edits: [["below.predictions.toString('latin1')", "scored.predictions.toString('latin1')"]],
  },
]
