import type { Mutation } from './mutation.ts'

const ledger = 'libs/ledger/src'
const queue = 'libs/queue/src'

/** Who tries a row in rounds over seconds has seen the circuit open by then, the endpoint back, or the fault gone. */
const provenAtOnce = {
  file: 'libs/invocation/src/score/solve-piece.ts',
  edits: [['const PROOFS = 3', 'const PROOFS = 1']],
} as const

/** Of ledger, queue and invocation: conditions, sets, generations, heartbeats, the order of calls. */
export const mutationsOfLibs: readonly Mutation[] = [
  {
    name: 'a part is put without a condition',
    noticedBy: ['first writer wins'],
    file: `${ledger}/part/put-part.ts`,
    edits: [["    ConditionExpression: 'attribute_not_exists(PK)',\n", '']],
  },
  {
    name: 'a job is created without a condition',
    noticedBy: ['states', 'first writer wins'],
    file: `${ledger}/job/create-job.ts`,
    edits: [["    ConditionExpression: 'attribute_not_exists(PK)',\n", '']],
  },
  {
    name: 'the last pin wins',
    noticedBy: ['first writer wins'],
    file: `${ledger}/job/pin-dataset.ts`,
    edits: [["condition: 'attribute_not_exists(dataset)'", "condition: 'attribute_exists(PK)'"]],
  },
  {
    name: 'a set of marks is written, not added to',
    noticedBy: ['progress only grows'],
    file: `${ledger}/progress/add-progress.ts`,
    edits: [["failed.length === 0 ? 'ADD done :done'", "failed.length === 0 ? 'SET done = :done'"]],
  },
  {
    name: 'marks are counted by a number',
    noticedBy: ['nothing is late in calm'],
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
    noticedBy: ['record before delete'],
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
    noticedBy: ['nothing is late in calm'],
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
    noticedBy: ['nothing is late in calm'],
    file: `${ledger}/progress/read-progress.ts`,
    edits: [['    ConsistentRead: true,\n', '    ConsistentRead: false,\n']],
  },
  {
    name: 'parts are read as they may have been',
    noticedBy: ['jobs fail for a reason'],
    file: `${ledger}/part/read-parts.ts`,
    edits: [['      ConsistentRead: true,\n', '      ConsistentRead: false,\n']],
  },
  {
    name: 'a job is finished by any generation',
    noticedBy: ['only who holds the lease uses it'],
    file: `${ledger}/job/finish-job.ts`,
    edits: [
      ["'#state = :aggregating AND generation = :generation'", "'#state = :aggregating'"],
      ["        ':generation': number(generation),\n", ''],
    ],
  },
  {
    name: 'a lease is renewed by any generation',
    noticedBy: ['only who holds the lease uses it'],
    file: `${ledger}/job/renew-lease.ts`,
    edits: [
      ["'#state = :aggregating AND generation = :generation'", "'#state = :aggregating'"],
      ["        ':generation': number(lease.generation),\n", ''],
    ],
  },
  {
    name: 'a claim does not raise the generation',
    noticedBy: ['generations'],
    file: `${ledger}/job/claim-job.ts`,
    edits: [['generation: held.generation + 1 }', 'generation: Math.max(1, held.generation) }']],
  },
  {
    name: 'a job moves from any state',
    noticedBy: ['states'],
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
    noticedBy: ['record before delete'],
    file: `${ledger}/job/resume-job.ts`,
    edits: [["'running', 'attribute_exists(#plan)'", "'running', 'attribute_exists(PK)'"]],
  },
  {
    name: 'a message is deleted before its work is done',
    noticedBy: ['record before delete'],
    file: `${queue}/worker/shift.ts`,
    edits: [['      held.add(item)\n', '      held.add(item)\n      void calls.remove(message)\n']],
  },
  {
    name: 'a worker that stops charges what it has not begun',
    noticedBy: ['nothing is repeated in calm'],
    file: `${queue}/worker/shift.ts`,
    edits: [["  if (isFirst) return { kind: 'requeue' }\n", '']],
  },
  {
    name: 'a worker ends when nobody has told it to',
    noticedBy: ['no app ends of itself'],
    file: `${queue}/worker/worker.ts`,
    edits: [
      [
        'AbortSignal.any([drain, abort])',
        'AbortSignal.any([drain, abort, AbortSignal.timeout(45_000)])',
      ],
    ],
  },
  {
    name: 'a requeued message is deleted before it is copied',
    noticedBy: ['record before delete'],
    file: `${queue}/worker/settle-message.ts`,
    edits: [
      ["    case 'requeue': {\n", "    case 'requeue': {\n      await calls.remove(message)\n"],
    ],
  },
  {
    name: 'a dead letter is deleted before it is copied',
    noticedBy: ['record before delete', 'readable'],
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
    noticedBy: ['record before delete'],
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
    noticedBy: ['nothing is repeated in calm'],
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
    noticedBy: ['jobs fail for a reason'],
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
    noticedBy: ['no bugs'],
    file: 'libs/invocation/src/decode/decode-lines.ts',
    edits: [['scanNumberLines(body, end) === rows)', 'scanNumberLines(body, end) > 0)']],
  },
  {
    name: 'a model that fails is not asked again',
    noticedBy: ['healthy rows do not fail'],
    file: 'libs/invocation/src/score/retry-rules.ts',
    edits: [["  model_failed: at(2, 'bisect'),", "  model_failed: at(0, 'bisect'),"]],
    also: [provenAtOnce],
  },
  {
    name: 'an answer that is malformed is not asked for again',
    noticedBy: ['healthy rows do not fail'],
    file: 'libs/invocation/src/score/retry-rules.ts',
    edits: [["  response_malformed: at(2, 'bisect'),", "  response_malformed: at(0, 'bisect'),"]],
  },
  {
    name: 'one fault uses up the repetitions of another',
    noticedBy: ['healthy rows do not fail'],
    file: 'libs/invocation/src/score/try-piece.ts',
    edits: [
      [
        '  retries.set(code, before + 1)\n  return before\n',
        '  retries.set(code, before + 1)\n  return [...retries.values()].reduce((sum, times) => sum + times) - 1\n',
      ],
    ],
    also: [provenAtOnce],
  },
  {
    name: 'a row is blamed while nobody is answered',
    noticedBy: ['healthy rows do not fail'],
    file: 'libs/invocation/src/score/solve-piece.ts',
    edits: [['!(await isAnybodyAnswered(run, answers, unproven))', 'false'], ...provenAtOnce.edits],
  },
  {
    name: 'a row is blamed for the one that is sent in its place',
    noticedBy: ['healthy rows do not fail'],
    seed: 2_722,
    file: 'libs/invocation/src/score/invoke-piece.ts',
    edits: [['other !== undefined && isOfRows(error)', 'false']],
  },
  {
    name: 'what was begun waits behind what is new',
    noticedBy: ['every job ends'],
    seed: 3_078,
    file: 'libs/invocation/src/limiter/waiting-line.ts',
    edits: [['(line[at - 1]?.turn ?? 0) > place.turn', 'false']],
    also: [
      // With more room there is no line.
      {
        file: 'libs/invocation/src/limiter/limiter.ts',
        edits: [
          ["return 'refused'", 'return undefined'],
          ["error.code === 'model_failed' && repetitions.areInVain", 'false'],
        ],
      },
      // Where verdicts put the deadline off, who waits behind others is late, but comes to an end.
      {
        file: 'libs/invocation/src/score/batch-run.ts',
        edits: [['gotOn: () => void (run.gotOnAt = deps.now())', 'gotOn: () => undefined']],
      },
    ],
  },
  {
    name: 'who is answered slowly gives way to the next',
    noticedBy: ['every job ends'],
    seed: 5_649,
    file: 'libs/invocation/src/score/batch-run.ts',
    edits: [
      ['Math.max(gotOnAt, heardAt)', 'gotOnAt'],
      ['Math.max(WAIT_MS, 2 * longestMs)', 'WAIT_MS'],
    ],
    also: [
      // With more room its turn comes sooner.
      {
        file: 'libs/invocation/src/limiter/limiter.ts',
        edits: [["error.code === 'model_failed' && repetitions.areInVain", 'false']],
      },
    ],
  },
  {
    name: 'a preflight that could not ask for columns goes on',
    noticedBy: ['a part holds what its rows are'],
    seed: 671_123,
    file: 'libs/invocation/src/preflight/takes-more-columns.ts',
    edits: [['isAboutRows(answer) ? false : answer', 'false']],
  },
  {
    name: 'a service that is away is charged to the message',
    noticedBy: ['nothing is set aside in calm', 'nothing is late in calm'],
    file: `${queue}/worker/shift.ts`,
    edits: [['?.isOutage === true', '?.isOutage === undefined']],
  },
  {
    name: 'one row more is tolerated',
    noticedBy: ['tolerance'],
    file: 'libs/job/src/tolerance.ts',
    edits: [['failedRows > failedRowsMax', 'failedRows > failedRowsMax + 1']],
  },
]
