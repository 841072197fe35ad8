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
    name: 'a worker ends when nobody has told it to',
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
    name: 'a model that fails is not asked again',
    file: 'libs/invocation/src/score/retry-rules.ts',
    edits: [["  model_failed: at(2, 'bisect'),", "  model_failed: at(0, 'bisect'),"]],
    also: [provenAtOnce],
  },
  {
    name: 'an answer that is malformed is not asked for again',
    file: 'libs/invocation/src/score/retry-rules.ts',
    edits: [["  response_malformed: at(2, 'bisect'),", "  response_malformed: at(0, 'bisect'),"]],
  },
  {
    name: 'one fault uses up the repetitions of another',
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
    file: 'libs/invocation/src/score/solve-piece.ts',
    edits: [
      ['return await isThere(run)', 'return true'],
      ["(await tryPiece(run, run.witness)).kind === 'predicted'", 'true'],
      ...provenAtOnce.edits,
    ],
  },
  {
    name: 'what was begun waits behind what is new',
    seed: 3_078,
    file: 'libs/invocation/src/limiter/waiting-line.ts',
    edits: [['(line[at - 1]?.turn ?? 0) > place.turn', 'false']],
    also: [
      // With more room there is no line.
      {
        file: 'libs/invocation/src/limiter/limiter.ts',
        edits: [["return 'refused'", 'return undefined']],
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
    seed: 5_649,
    file: 'libs/invocation/src/score/batch-run.ts',
    edits: [
      ['Math.max(gotOnAt, heardAt)', 'gotOnAt'],
      ['Math.max(WAIT_MS, 2 * longestMs)', 'WAIT_MS'],
    ],
  },
  {
    name: 'a preflight that could not ask for columns goes on',
    seed: 671_123,
    file: 'libs/invocation/src/preflight/takes-more-columns.ts',
    edits: [['isAboutRows(answer) ? false : answer', 'false']],
  },
  {
    name: 'a service that is away is charged to the message',
    file: `${queue}/worker/shift.ts`,
    edits: [['?.isOutage === true', '?.isOutage === undefined']],
  },
  {
    name: 'one row more is tolerated',
    file: 'libs/job/src/tolerance.ts',
    edits: [['failedRows > failedRowsMax', 'failedRows > failedRowsMax + 1']],
  },
]
