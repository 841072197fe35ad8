import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { startCloud } from '@millrace/cloud'
import { expect, test } from 'vitest'
import { runCli, temporaryFolder } from './support/cli.ts'
import { expectedResult, flights } from './support/flights.ts'
import { BUCKET } from './support/fleet.ts'
import { objectsIn } from './support/objects.ts'

const text = `${flights.rows.join('\n')}\n`
/** The table in so many parts, in order. */
const partsOf = (count: number): string[] => {
  const rows = Math.ceil(flights.rows.length / count)
  return Array.from(
    { length: count },
    (_, part) => `${flights.rows.slice(part * rows, (part + 1) * rows).join('\n')}\n`,
  )
}

test('a folder of zstd files is one table, and the summary says it was unpacked', async () => {
  await using folder = await temporaryFolder()
  await mkdir(join(folder.path, 'parts'))
  for (const [part, rows] of partsOf(3).entries()) {
    await writeFile(join(folder.path, 'parts', `${part}.csv.zst`), zstdCompressSync(rows))
  }
  const args = ['run', 'parts', '--local-model', flights.model]
  const { code, stderr } = await runCli(args, { cwd: folder.path })
  expect(stderr).toMatch(/unpacked {2}284\.2 KB, once, in \.millrace/)
  expect(code).toBe(0)
  const result = await readFile(join(folder.path, 'parts.predictions.csv'), 'utf8')
  expect(result === expectedResult()).toBe(true)
})

test('gzip on standard input is known by its first bytes', async () => {
  await using folder = await temporaryFolder()
  const { code, stdout } = await runCli(['run', '-', '--local-model', flights.model], {
    cwd: folder.path,
    stdin: gzipSync(text),
  })
  expect(code).toBe(0)
  expect(stdout === expectedResult()).toBe(true)
})

test('an S3 prefix is scored on this machine', async () => {
  await using folder = await temporaryFolder()
  const cloud = await startCloud({ buckets: [BUCKET] })
  try {
    const objects = objectsIn(cloud)
    for (const [part, rows] of partsOf(3).entries()) await objects.put(`in/${part}.csv`, rows)
    const args = ['run', `s3://${BUCKET}/in/`, '--local-model', flights.model, '-o', 'late.csv']
    const env = {
      AWS_ENDPOINT_URL_S3: cloud.env['AWS_ENDPOINT_URL_S3'] ?? '',
      AWS_ACCESS_KEY_ID: cloud.credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: cloud.credentials.secretAccessKey,
      AWS_REGION: 'us-east-1',
    }
    const { code, stderr } = await runCli(args, { cwd: folder.path, env })
    expect(stderr).toContain('12,000 rows, 0 failed')
    expect(code).toBe(0)
    const result = await readFile(join(folder.path, 'late.csv'), 'utf8')
    expect(result === expectedResult()).toBe(true)
  } finally {
    await cloud.close()
  }
})
