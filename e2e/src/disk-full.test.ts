import { execFileSync } from 'node:child_process'
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { runCli, startCli, temporaryFolder, untilRecorded } from './support/cli.ts'
import { expectedResult, flights } from './support/flights.ts'

const isRoot = process.getuid?.() === 0
if (!isRoot) console.warn('disk-full: skipped, mounting a small disk takes root')

const args = [
  ...['run', flights.features, '--local-model', flights.model, '--local-latency', '100'],
  ...['--batch-rows', '100', '--concurrency', '4', '--out', 'late.csv'],
]

/** A disk of so many MiB, below `folder`. */
async function smallDisk(
  folder: string,
  mebibytes: number,
): Promise<Disposable & { path: string }> {
  const path = join(folder, 'disk')
  await mkdir(path)
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${mebibytes}m`, 'tmpfs', path])
  return { path, [Symbol.dispose]: () => void execFileSync('umount', [path]) }
}

test.skipIf(!isRoot)('with too little room, says so before anything is started', async () => {
  await using folder = await temporaryFolder()
  using disk = await smallDisk(folder.path, 3)
  const { code, stderr } = await runCli(args, { cwd: disk.path })
  expect(stderr).toMatch(/not enough room on this disk \(3 MiB free, 5 MiB needed\)/)
  expect(code).toBe(2)
  expect(await readdir(disk.path)).toEqual(['.millrace'])
})

test.skipIf(!isRoot)('when the disk fills up, stops cleanly and continues later', async () => {
  await using folder = await temporaryFolder()
  using disk = await smallDisk(folder.path, 16)
  await using cli = startCli(args, { cwd: disk.path })
  await untilRecorded(disk.path, 20)
  const hog = join(disk.path, 'hog')
  await writeFile(hog, Buffer.alloc(13 * 1024 * 1024)).catch(() => {})
  const full = await cli.ended
  expect(full.stderr).toMatch(/the disk is full \(\d+ bytes left\)\n\s+free some/)
  expect(full.code).toBe(1)
  expect((await readdir(disk.path)).sort()).toEqual(['.millrace', 'hog'])

  await rm(hog)
  const continued = await runCli(args, { cwd: disk.path })
  expect(continued.code).toBe(0)
  const result = await readFile(join(disk.path, 'late.csv'), 'utf8')
  expect(result === expectedResult()).toBe(true)
})
