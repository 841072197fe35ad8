import { createReport, renderPage } from '@millrace/report'
import { BATCH_ROWS, floatsOf } from './data.ts'
import { peakMemoryKb } from '../harness/peak-memory.ts'

/** `export/report.ts <rows>`: what the report of an export takes, its page included, beside all else. */
const rows = Number(process.argv[2])
const report = createReport({ kind: 'binary', threshold: 0.5, labels: ['0', '1'] })
const batches = Array.from({ length: 100 }, (_, batch) =>
  Float64Array.from(floatsOf(batch * BATCH_ROWS, (batch + 1) * BATCH_ROWS)),
)
const startedAt = performance.now()
const startedCpu = process.cpuUsage()
for (let batch = 0; batch < rows / BATCH_ROWS; batch += 1) {
  const scores = batches[batch % batches.length] ?? new Float64Array()
  report.add({ scores, failures: [], throttles: 0, durationMs: 40, recordedAt: 1_500 + batch / 50 })
}
const facts = {
  jobId: 'bench',
  state: 'succeeded',
  endpoint: 'bench',
  variants: {},
  dataset: 'file:///bench.csv',
  invocations: rows / BATCH_ROWS,
  createdAt: 1_000,
  endedAt: 2_000,
  outputs: [],
} as const
const page = renderPage(report.finish(facts))
const { user, system } = process.cpuUsage(startedCpu)
const seconds = (performance.now() - startedAt) / 1_000
const memoryMb = peakMemoryKb() / 1_024
process.stdout.write(
  JSON.stringify({ seconds, cpuSeconds: (user + system) / 1e6, memoryMb, pageBytes: page.length }),
)
