import { rowOffsets } from '@millrace/csv'
import type { JobSpecInput, PinnedDataset } from '@millrace/job'
import { createPlaces } from './files/take-place.ts'
import { jobWith, partOf, planOf, runsOf, streamOf } from './test-data.fixture.ts'
import type { Deps, RecordedPart } from './write-result.ts'

export const RESULT = 's3://results/scores.csv'
export const ERRORS = 's3://results/scores.errors.csv'
export const MANIFEST = 's3://results/scores.manifest.json'
export const REPORT = 's3://results/scores.report.html'

const input = Buffer.from('1,2\n3,4\n5,6\n7,8\n')
export const dataset: PinnedDataset = {
  objects: [{ uri: 's3://data/ro"ws.csv', bytes: input.length, version: 'v1' }],
  header: false,
  width: 2,
}
export const plan = planOf(2, 2)
export const sound = [partOf(plan[0]!, ['0.9', '0.1']), partOf(plan[1]!, ['0.5', '0.6'])]
export const failing = [partOf(plan[0]!, ['0.9', '']), partOf(plan[1]!, ['', '0.6'])]

/** A storage in memory: what is visible, what was begun and thrown away, and in which order. */
export function createWorld(parts: readonly RecordedPart[]) {
  const visible = new Map<string, string>()
  const log: string[] = []
  let inputReads = 0
  const deps: Deps = {
    region: 'us-east-1',
    dataset: async () => dataset,
    below: async () => [],
    planned: () => runsOf(plan),
    parts: () => runsOf(parts),
    input: async (_, { bytes }, target) => {
      inputReads += 1
      target.set(input.subarray(bytes.start, bytes.end))
    },
    stream: (_, _object, { start, end }) => streamOf([input.subarray(start, end)]),
    rowOffsets: (job, bytes) => rowOffsets(bytes, job.spec.dataset.csv),
    createWriter: async (uri) => {
      const pieces: Buffer[] = []
      let committed = false
      return {
        write: async (bytes) => void pieces.push(Buffer.from(bytes)),
        commit: async () => {
          committed = true
          visible.set(uri, String(Buffer.concat(pieces)))
          log.push(`commit ${uri}`)
        },
        abort: async () => void (committed || log.push(`abort ${uri}`)),
      }
    },
    remove: async (uri) => {
      visible.delete(uri)
      log.push(`remove ${uri}`)
    },
    takePlace: createPlaces(),
  }
  return { deps, visible, log, inputReads: () => inputReads }
}
export const jobOf = (spec: Partial<JobSpecInput> = {}) => {
  const job = jobWith(spec, { plan: { batches: 2, rows: 4 } })
  return { job, spec: job.spec }
}
