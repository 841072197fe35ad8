import { createHash } from 'node:crypto'
import { startCloud } from '@millrace/cloud'
import { exportIdOf, type Job, resultNames } from '@millrace/job'
import { createExport } from '@millrace/ledger'
import { noMetrics } from '@millrace/service'
import type { Storage, Writer } from '@millrace/storage'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type AggregateOutcome, aggregateJob } from './aggregate-job.ts'
import { createDeps, createExportDeps, type World } from './connect.ts'
import { type ExportOutcome, exportResult } from './export-result.ts'
import type { Manifest } from './files/manifest.ts'
import { createPlaces } from './files/take-place.ts'
import { type Recorded, startRecorded } from './recorded-job.fixture.ts'
import { never } from './test-data.fixture.ts'

/*
 * Two results whose names differ in their ending alone have one manifest, one file of errors and one report. Of
 * two that end at the same time one has its result, whole and proven, and the other is told that it has none.
 */

let recorded: Recorded
beforeAll(async () => {
  recorded = await startRecorded(await startCloud({ buckets: ['results'] }))
})
afterAll(() => recorded[Symbol.asyncDispose]())

const failing = [['0.1', '0.2', '0.3'], ['0.4', '', '0.6'], ['0.7']]
const sound = [['0.1', '0.2', '0.3'], ['0.4', '0.5', '0.6'], ['0.7']]
let count = 0

/** Two jobs, each of whose batches are recorded, to one stem. */
async function recordTwo(
  where: 'a folder' | 'S3',
  rows: readonly (typeof sound)[],
  endings = ['csv', 'jsonl'],
) {
  count += 1
  const base = where === 'S3' ? { base: 's3://results/' } : {}
  const record = async (index: 0 | 1) =>
    await recorded.record(`${count} ${index}`, rows[index] ?? [], {
      ...base,
      name: `scores-${count}.${endings[index]}`,
    })
  return [await record(0), await record(1)] as const
}

type Outcome = AggregateOutcome | ExportOutcome

/** One is finished, and proven; the other failed for it. */
async function expectOne(outcomes: readonly Outcome[], jobs: readonly Job[]): Promise<void> {
  expect(outcomes.map(({ kind }) => kind).toSorted()).toEqual(['failed', 'finished'])
  const refused = outcomes.find(({ kind }) => kind === 'failed')
  expect(refused).toMatchObject({ failure: { code: 'output_taken' } })
  await expectProven(jobs[outcomes.findIndex(({ kind }) => kind === 'finished')]!)
}

/** What lies where the one that failed would have its result; nothing when they took turns in one process. */
async function shownOfLoser(outcomes: readonly Outcome[], jobs: readonly Job[]) {
  const { spec } = jobs[outcomes.findIndex(({ kind }) => kind === 'failed')]!
  const { version } = await recorded.storage.occupantOf(resultNames(spec.output).result, never)
  return version
}

/** The manifest is of the job, and what it vouches for lies there. */
async function expectProven({ jobId, spec }: Job): Promise<void> {
  const { errors, manifest } = resultNames(spec.output)
  const found = JSON.parse(await read(manifest)) as Manifest
  expect(found.jobId).toBe(jobId)
  const hashes = found.outputs.map(async ({ uri }) => {
    return [
      uri,
      createHash('sha256')
        .update(await read(uri))
        .digest('hex'),
    ]
  })
  expect(await Promise.all(hashes)).toEqual(found.outputs.map(({ uri, sha256 }) => [uri, sha256]))
  const { version } = await recorded.storage.occupantOf(errors, never)
  expect(version !== undefined).toBe(found.outputs.some(({ uri }) => uri === errors))
}

const read = async (uri: string): Promise<string> =>
  String(await recorded.storage.readDocument(uri, 1_000_000, never))

/** As the aggregator's export of the job to its own output. */
async function exported({ jobId, spec: { decision, output } }: Job, takePlace = createPlaces()) {
  const name = { jobId, exportId: exportIdOf('again') }
  const wanted = { ...name, decision, output, state: 'requested', createdAt: 2_000 } as const
  await createExport(recorded.ledger, wanted, never)
  const config = { ...recorded.config, MILLRACE_RESULTS_ALLOWED: ['s3://results/', 'file:///'] }
  return await exportResult(createExportDeps(config, recorded.world(), takePlace), name, never)
}

const cases = (['a folder', 'S3'] as const).flatMap((where) => [
  [where, 'the first has failed rows', [failing, sound]] as const,
  [where, 'the second has failed rows', [sound, failing]] as const,
])

test.for(cases)('in %s, of two jobs at once where %s, one is whole', async ([where, , rows]) => {
  for (const reversed of [false, true]) {
    const jobs = await recordTwo(where, rows)
    const deps = createDeps(recorded.config, recorded.world())
    const begun = reversed ? jobs.toReversed() : jobs
    const outcomes = await Promise.all(begun.map(({ jobId }) => aggregateJob(deps, jobId, never)))
    await expectOne(outcomes, begun)
    expect(await shownOfLoser(outcomes, begun)).toBeUndefined()
  }
})

test.for(cases)('in %s, of a job and an export at once where %s, one is whole', async (row) => {
  const [where, , rows] = row
  const jobs = await recordTwo(where, rows)
  const takePlace = createPlaces()
  const deps = createDeps(recorded.config, recorded.world(), noMetrics, takePlace)
  const outcomes = await Promise.all([
    aggregateJob(deps, jobs[0].jobId, never),
    exported(jobs[1], takePlace),
  ])
  await expectOne(outcomes, jobs)
  expect(await shownOfLoser(outcomes, jobs)).toBeUndefined()
})

test.for(cases)('in %s, one that loses late where %s has harmed nothing', async (row) => {
  const [where, , rows] = row
  const jobs = await recordTwo(where, rows)
  const [waits, firstEnded] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  let second: Promise<Outcome> | undefined
  const slow = worldWhere(async (commit, options) => {
    waits.resolve()
    await firstEnded.promise
    return await commit(options)
  })
  // The other has put errors and report over ours when our manifest comes.
  const first = worldWhere(async (commit, options) => {
    second ??= aggregate(slow, jobs[1])
    await waits.promise
    return await commit(options)
  })
  const outcome = await aggregate(first, jobs[0])
  firstEnded.resolve()
  expect(outcome.kind).toBe('finished')
  await expectOne([outcome, await second!], jobs)
})

test('where both manifests come at once, the one that is gone is told so', async () => {
  const jobs = await recordTwo('a folder', [failing, sound])
  const [waits, shown] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  let second: Promise<Outcome> | undefined
  // A file system compares, and then replaces: it has compared before the first one's was there.
  const late = worldWhere(async (commit) => {
    waits.resolve()
    await shown.promise
    return await commit()
  })
  const first = worldWhere(async (commit, options) => {
    second = aggregate(late, jobs[1])
    await waits.promise
    const committed = await commit(options)
    shown.resolve()
    await second
    return committed
  })
  const outcome = await aggregate(first, jobs[0])
  expect(outcome.kind).toBe('failed')
  await expectOne([outcome, await second!], jobs)
})

test.for(['a folder', 'S3'] as const)(
  'in %s, a later result of the same name stays',
  async (where) => {
    const jobs = await recordTwo(where, [failing, sound], ['csv', 'csv'])
    let second: Outcome | undefined
    const first = worldWhere(async (commit, options) => {
      const committed = await commit(options)
      second = await aggregate(recorded.world({ owner: 'later' }), jobs[1])
      return committed
    })
    expect(await aggregate(first, jobs[0])).toMatchObject({ kind: 'finished' })
    expect(second).toMatchObject({ kind: 'finished' })
    await expectProven(jobs[1])
  },
)

test.for(['a folder', 'S3'] as const)(
  'in %s, two of the same name at once both end, and one of them is whole',
  // Who has lost a file to the other waits for it to end.
  async (where) => {
    const jobs = await recordTwo(where, [failing, failing], ['csv', 'csv'])
    const worlds = jobs.map((_, index) => recorded.world({ owner: `${index}` }))
    const ends = jobs.map((job, index) => aggregate(worlds[index]!, job))
    const outcomes = await Promise.all(ends)
    expect(outcomes.map(({ kind }) => kind)).toEqual(['finished', 'finished'])
    const { jobId } = JSON.parse(await read(resultNames(jobs[0].spec.output).manifest))
    await expectProven(jobs.find((job) => job.jobId === jobId)!)
  },
)

test.for(['a folder', 'S3'] as const)(
  "in %s, somebody's own file that is called as failed rows are stays",
  async (where) => {
    const [job, other] = await recordTwo(where, [sound, failing])
    const { errors } = resultNames(job.spec.output)
    const theirs = Buffer.from('machine,error\n7,E42\n')
    await recorded.storage.writeDocument(errors, theirs, {}, never)
    expect(await aggregate(recorded.world(), job)).toMatchObject({ kind: 'finished' })
    expect(await read(errors)).toBe(String(theirs))
    // What it would be mistaken for goes.
    const again = resultNames(other.spec.output)
    await recorded.storage.remove(again.manifest, {}, never)
    expect(await aggregate(recorded.world(), other)).toMatchObject({ kind: 'finished' })
    expect(await read(again.errors)).toMatch(/^row,object,byte,line,code,message,attempts\n/)
  },
)

test('beside another result, not a byte is written', async () => {
  const jobs = await recordTwo('a folder', [sound, failing])
  await aggregate(recorded.world(), jobs[0])
  const opened: string[] = []
  const createWriter: Storage['createWriter'] = async (uri, signal) => {
    opened.push(uri)
    return await recorded.storage.createWriter(uri, signal)
  }
  const world = recorded.world({ storage: { ...recorded.storage, createWriter } })
  const outcome = await aggregate(world, jobs[1])
  expect(outcome).toMatchObject({ kind: 'failed', failure: { code: 'output_taken' } })
  expect(opened).toEqual([])
})

type Commit = Writer['commit']

/** An aggregator of its own, whose manifest is shown by other means. */
function worldWhere(show: (commit: Commit, ...options: Parameters<Commit>) => ReturnType<Commit>) {
  count += 1
  const { storage } = recorded
  const createWriter: Storage['createWriter'] = async (uri, signal) => {
    const writer = await storage.createWriter(uri, signal)
    if (!uri.endsWith('.manifest.json')) return writer
    return { ...writer, commit: async (options) => await show(writer.commit, options) }
  }
  return recorded.world({ owner: `${count}`, storage: { ...storage, createWriter } })
}

const aggregate = async (world: World, { jobId }: Job): Promise<Outcome> =>
  await aggregateJob(createDeps(recorded.config, world), jobId, never)
