import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../test-data.fixture.ts'
import { runIn } from './recorded-run.fixture.ts'

test('to standard output, each job has a result of its own, in its state', async () => {
  const folder = await temporaryFolder()
  const place = async (threshold: number) => {
    const { prepared } = await runIn(folder, { out: '-', spec: { decision: { threshold } } })
    expect(dirname(prepared.resultPath)).toBe(prepared.state.path)
    expect(fileURLToPath(prepared.spec.output.uri)).toBe(prepared.resultPath)
    return prepared.resultPath
  }
  const [half, third, again] = [await place(0.5), await place(0.3), await place(0.5)]
  expect(third).not.toBe(half)
  expect(again).toBe(half)
})

test.for([
  ['rows.csv.gz', gzipSync('1,2\n')],
  ['rows.jsonl', '{"a":1}\n'],
] as const)('to standard output, %s is scored into plain CSV', async ([name, bytes]) => {
  const folder = await temporaryFolder()
  await writeFile(join(folder, name), bytes)
  const { prepared } = await runIn(folder, { data: join(folder, name), out: '-' })
  expect(prepared.spec.output).toMatchObject({ format: 'csv', compression: 'auto' })
})

test('a deadline makes no other job of a run, and is counted from the command', async () => {
  const folder = await temporaryFolder()
  const [plain, soon, passed] = [
    await runIn(folder),
    await runIn(folder, { spec: { deadline: '4h' } }),
    // The same command continues a run that its deadline has overtaken.
    await runIn(folder, { spec: { deadline: '2026-01-01T00:00Z' } }),
  ].map(({ prepared }) => prepared)
  expect([soon?.state.jobId, passed?.state.jobId]).toEqual([plain?.state.jobId, plain?.state.jobId])
  expect(plain?.deadline).toBeUndefined()
  expect((soon?.deadline ?? 0) - Date.now() / 1_000).toBeCloseTo(4 * 3_600, -2)
  expect(passed?.deadline).toBe(1_767_225_600)
  expect(soon?.spec).not.toHaveProperty('deadline')
})

test('to standard output, format and compression are what was asked for', async () => {
  const output = { format: 'jsonl', compression: 'gzip' } as const
  const { prepared } = await runIn(await temporaryFolder(), { out: '-', spec: { output } })
  expect(prepared.spec.output).toMatchObject(output)
})

test("a column is looked for in the header that is the table's", async () => {
  const folder = await temporaryFolder()
  const data = join(folder, 'parts')
  await mkdir(data)
  await writeFile(join(data, 'a.csv'), 'id,30d_spend\n')
  const spec = { dataset: { features: { include: ['30d_spend'] } } }
  await expect(runIn(folder, { data, spec })).rejects.toThrow('no column "30d_spend"')
  await writeFile(join(data, 'b.csv'), 'id,30d_spend\n1,2\n')
  const { prepared } = await runIn(folder, { data, spec })
  expect(prepared.spec.dataset.features).toEqual({ include: ['30d_spend'] })
})

test.for([
  ['s3://results/out.csv', '-o - | aws s3 cp - s3://results/out.csv'],
  ['https://results/out.csv', 'name a file of this machine'],
] as const)('a result at %s is refused with what to do', async ([out, hint]) => {
  await expect(runIn(await temporaryFolder(), { out })).rejects.toMatchObject({
    message: `${out}: run writes its result to a file of this machine`,
    hint: expect.stringContaining(hint),
    exitCode: 2,
  })
})
